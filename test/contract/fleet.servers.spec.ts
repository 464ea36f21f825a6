import { randomBytes } from 'node:crypto';
import { Test, type TestingModule } from '@nestjs/testing';
import type { Subscription } from 'rxjs';
import { FleetEventBus } from '../../src/events/fleet/fleet-event-bus.js';
import { ChannelRelay } from '../../src/events/transport/channel-relay.js';
import { type MeetingPoint, openChannel } from '../../src/events/transport/open-channel.js';
import type { RunEventType } from '../../src/executor/core/index.js';
import {
  FleetRunsRepository,
  GraphRepository,
  Journal,
  SharedSecretRepository,
  StorageModule,
} from '../../src/storage/index.js';
import { DATABASE_SERVERS } from '../support/server-databases.js';
import { POSTGRES_URL, REDIS_URL, describeWith } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { HERE, aGraph, aRun, aRunId, anEntry } from './storage-under-test.js';
import { SERVER_OPTIONS, ServerStorage } from './server-storage.js';

const MEETING_POINTS = [
  { backend: 'redis', url: REDIS_URL },
  { backend: 'postgres', url: POSTGRES_URL },
] as const;

/** What one process of a fleet has of it. */
interface Member {
  readonly app: TestingModule;
  readonly bus: FleetEventBus;
  readonly relay: ChannelRelay;
}

describe.each(DATABASE_SERVERS)('two processes', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `on one database of ${server}`, () => {
    let storage: ServerStorage;
    const members: Member[] = [];

    beforeAll(async () => {
      storage = await ServerStorage.create(create);
    });
    afterEach(async () => {
      for (const { app, bus, relay } of members.splice(0)) {
        bus.onModuleDestroy();
        await relay.stop();
        await app.close();
      }
    });
    afterAll(() => storage.drop());

    const join = async (point: MeetingPoint): Promise<Member> => {
      const storageModule = StorageModule.forRootAsync({ useFactory: () => ({ ...SERVER_OPTIONS, url: storage.url }) });
      const app = await Test.createTestingModule({ imports: [storageModule] }).compile();
      const relay = new ChannelRelay(await openChannel(point));
      const bus = new FleetEventBus(relay, app.get(Journal), app.get(FleetRunsRepository));
      const member = { app, bus, relay };
      members.push(member);
      relay.start();
      return member;
    };
    /** Both hear each other. */
    const meet = async (a: Member, b: Member): Promise<void> => {
      let isHeard = false;
      const listening = b.relay.hints$.subscribe(() => (isHeard = true));
      await waitFor('them to meet', () => {
        a.relay.publish({ kind: 'key', keyId: 'k' });
        return isHeard;
      });
      listening.unsubscribe();
    };

    const write = async ({ app, bus }: Member, run: number, types: readonly RunEventType[], isTold = true) => {
      for (const [index, type] of types.entries()) {
        const entries = [anEntry(index + 1, { type })];
        if (index === 0) await app.get(Journal).create(aRun(run), entries);
        else await app.get(Journal).append({ runId: aRunId(run), expectedSeq: index, entries, run: { progress: 1 } });
        if (isTold) bus.publish({ runId: aRunId(run), namespace: HERE, entries });
      }
    };

    it.each(MEETING_POINTS)('see what the other writes, told over $backend', async ({ backend, url }) => {
      const point = { backend, url, prefix: `wand-test-${randomBytes(8).toString('hex')}` };
      const [a, b] = [await join(point), await join(point)];
      await meet(a, b);
      const run = backend === 'redis' ? 1 : 2;
      if (run === 1) await a.app.get(GraphRepository).create(HERE, aGraph(1));
      const seen: number[] = [];
      const feed: string[] = [];
      const watching: Subscription[] = [
        b.bus.run$(aRunId(run)).subscribe(({ entries }) => seen.push(...entries.map(({ seq }) => seq))),
        b.bus.all$.subscribe(({ entries }) => feed.push(...entries.map(({ type }) => type))),
      ];
      await waitFor('the feed to know where to begin', () => b.bus.followCounts.looks >= 2);
      await write(a, run, ['run.queued', 'run.started', 'node.started', 'node.succeeded', 'run.succeeded']);
      await waitFor('all of it', () => seen.length === 5 && feed.length === 3);
      expect(seen).toEqual([1, 2, 3, 4, 5]);
      expect(feed).toEqual(['run.queued', 'run.started', 'run.succeeded']);
      for (const subscription of watching) subscription.unsubscribe();
    });

    it('see what the other writes also when no hint comes', async () => {
      const point = {
        backend: 'redis',
        url: REDIS_URL,
        prefix: `wand-test-${randomBytes(8).toString('hex')}`,
      } as const;
      const [a, b] = [await join(point), await join(point)];
      const types: string[] = [];
      const watching = b.bus.run$(aRunId(3)).subscribe(({ entries }) => types.push(...entries.map(({ type }) => type)));
      await write(a, 3, ['run.queued', 'run.started', 'run.succeeded'], false);
      await waitFor('its end', () => types.at(-1) === 'run.succeeded');
      watching.unsubscribe();
    });

    it('agree on a secret', async () => {
      const point = {
        backend: 'redis',
        url: REDIS_URL,
        prefix: `wand-test-${randomBytes(8).toString('hex')}`,
      } as const;
      const [a, b] = [await join(point), await join(point)];
      const secrets = await Promise.all(
        [a, b].map(({ app }, index) => app.get(SharedSecretRepository).agree('tokens', `secret ${index}`)),
      );
      expect(secrets[0]).toBe(secrets[1]);
      expect(await b.app.get(SharedSecretRepository).agree('tokens', 'another')).toBe(secrets[0]);
      expect(await b.app.get(SharedSecretRepository).agree('other', 'another')).toBe('another');
    });
  });
});
