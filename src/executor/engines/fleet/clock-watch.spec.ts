import { epochMs } from '../../core/index.js';
import { ClockWatch } from './clock-watch.js';

describe('The watch of the clock', () => {
  const told: string[] = [];
  let ours = 0;
  let theirs = 0;
  let answerTakes = 0;
  const members = {
    now: () => {
      ours += answerTakes;
      return Promise.resolve(epochMs(theirs));
    },
  };
  const logger = { log: (text: string) => told.push(text), warn: (text: string) => told.push(text) };
  const look = async (watch: ClockWatch, own: number, database: number, ms = 0): Promise<void> => {
    [ours, theirs, answerTakes] = [own, database, ms];
    await watch.look();
  };
  const newWatch = (): ClockWatch => new ClockWatch(members, { now: () => epochMs(ours) }, logger);

  beforeEach(() => told.splice(0));

  it.each([
    [300_000, '300.0 s ahead of'],
    [-4_200, '4.2 s behind'],
  ])('tells once of %i ms between the two, and once that they agree again', async (offset, text) => {
    const watch = newWatch();
    expect(watch.offsetMs).toBeUndefined();
    await look(watch, 1_000_000 + offset, 1_000_000);
    await look(watch, 1_001_000 + offset, 1_001_000);
    expect(watch.offsetMs).toBe(offset);
    expect(told).toEqual([expect.stringContaining(text)]);
    await look(watch, 1_002_000, 1_002_000);
    expect(told).toHaveLength(2);
  });

  it('takes an answer that comes late for one that was made at any moment between', async () => {
    const watch = newWatch();
    await look(watch, 1_000_000, 1_006_500, 8_000);
    expect(watch.offsetMs).toBe(-2_500);
    await look(watch, 1_000_000, 1_000_900);
    expect(told).toEqual([]);
  });
});
