import { Test, type TestingModule } from '@nestjs/testing';
import { FleetLeaseRepository, StorageModule } from '../../src/storage/index.js';
import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { SERVER_OPTIONS, ServerStorage } from './server-storage.js';

const ROUNDS = 20;
const PROCESSES = 4;
const MINUTE_MS = 60_000;

describe.each(DATABASE_SERVERS)('a lease of a fleet', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `on ${server}`, () => {
    let storage: ServerStorage;
    const apps: TestingModule[] = [];
    const leases: FleetLeaseRepository[] = [];

    beforeAll(async () => {
      storage = await ServerStorage.create(create);
      for (let process = 0; process < PROCESSES; process++) {
        const module = StorageModule.forRootAsync({ useFactory: () => ({ ...SERVER_OPTIONS, url: storage.url }) });
        const app = await Test.createTestingModule({ imports: [module] }).compile();
        apps.push(app);
        leases.push(app.get(FleetLeaseRepository));
      }
    });
    afterAll(async () => {
      await Promise.all(apps.map((app) => app.close()));
      await storage.drop();
    });

    /** Who got it of processes that ask for it in the same moment, each for its owner. */
    const race = async (name: string, ownerOf: (process: number) => string): Promise<boolean[]> =>
      Promise.all(leases.map((each, process) => each.acquire(name, ownerOf(process), MINUTE_MS)));

    it('goes to one of several owners that ask for it at once, and stays with that one', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const got = await race(`one ${round}`, (process) => `owner ${process}`);
        expect(got.filter(Boolean)).toHaveLength(1);
        expect(await race(`one ${round}`, (process) => `owner ${process}`)).toEqual(got);
      }
    });

    it('goes to all processes that ask for it at once in the name of one owner', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        expect(await race(`all ${round}`, () => 'owner')).toEqual(Array(PROCESSES).fill(true));
      }
    });

    it('is free again once it was released', async () => {
      const [first, second] = leases;
      expect(await first?.acquire('free', 'one', MINUTE_MS)).toBe(true);
      expect(await second?.acquire('free', 'two', MINUTE_MS)).toBe(false);
      await second?.release('free', 'two');
      expect(await second?.acquire('free', 'two', MINUTE_MS)).toBe(false);
      await first?.release('free', 'one');
      expect(await second?.acquire('free', 'two', MINUTE_MS)).toBe(true);
    });
  });
});
