import { DatabaseWatch } from './database-watch.js';

/** Lets everything happen that waits for nothing but promises. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

class World {
  database: 'answers' | 'refuses' | 'is silent' = 'answers';
  queue: 'answers' | 'refuses' = 'answers';
  isNeeded = true;
  asked = 0;
  now = 0;
  readonly told: string[] = [];
  readonly watch = new DatabaseWatch({
    isNeeded: () => this.isNeeded,
    askDatabase: () => {
      this.asked += 1;
      if (this.database === 'is silent') return new Promise(() => undefined);
      return this.database === 'answers' ? Promise.resolve() : Promise.reject(new Error('away'));
    },
    askQueue: () => (this.queue === 'answers' ? Promise.resolve() : Promise.reject(new Error('away'))),
    onCutOff: () => this.told.push('cut off'),
    onBack: () => this.told.push('back'),
    now: () => this.now,
  });

  async look(times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      this.now += 1_000;
      this.watch.look();
      await settle();
    }
  }
}

describe('The watch of the database', () => {
  it.each(['refuses', 'is silent'] as const)(
    'says that the process is cut off when the database %s',
    async (trouble) => {
      const world = new World();
      await world.look(5);
      world.database = trouble;
      await world.look(5);
      expect(world.told).toEqual(['cut off']);
      expect(world.watch.isCutOff).toBe(true);
    },
  );

  it('says nothing of a database that misses two looks', async () => {
    const world = new World();
    for (let time = 0; time < 5; time += 1) {
      world.database = 'refuses';
      await world.look(2);
      world.database = 'answers';
      await world.look(2);
    }
    expect(world.told).toEqual([]);
  });

  it('says nothing while the queue does not answer either', async () => {
    const world = new World();
    world.database = 'refuses';
    world.queue = 'refuses';
    await world.look(20);
    expect(world.told).toEqual([]);
    world.queue = 'answers';
    await world.look(2);
    expect(world.told).toEqual([]);
    await world.look(1);
    expect(world.told).toEqual(['cut off']);
  });

  it('asks nothing while the process holds no run, or somebody else is answered', async () => {
    const world = new World();
    world.isNeeded = false;
    await world.look(10);
    world.isNeeded = true;
    for (let time = 0; time < 10; time += 1) {
      world.watch.answered();
      await world.look(1);
    }
    expect(world.asked).toBe(0);
  });

  it('asks once in a look until the database answers, and once in five where it is silent', async () => {
    const world = new World();
    world.database = 'refuses';
    await world.look(20);
    expect(world.asked).toBe(20);
    world.database = 'is silent';
    await world.look(20);
    expect(world.asked).toBeLessThanOrEqual(25);
    expect(world.told).toEqual(['cut off']);
    world.database = 'answers';
    world.isNeeded = false;
    await world.look(5);
    expect(world.told).toEqual(['cut off', 'back']);
  });

  it('remembers for a while that the process was cut off', async () => {
    const world = new World();
    expect(world.watch.wasCutOffWithin(8_000)).toBe(false);
    world.database = 'refuses';
    await world.look(4);
    expect(world.watch.wasCutOffWithin(8_000)).toBe(true);
    world.watch.answered();
    world.now += 8_000;
    expect(world.watch.wasCutOffWithin(8_000)).toBe(true);
    world.now += 1;
    expect(world.watch.wasCutOffWithin(8_000)).toBe(false);
  });
});
