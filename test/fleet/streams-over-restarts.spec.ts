import type { BuiltService } from '../support/built-service.js';
import { readStream } from '../support/read-stream.js';
import { describeWith, POSTGRES_URL, REDIS_URL } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ended, Fleet, getEvents, startGraph } from './support/fleet.js';

const BACKENDS = [
  { backend: 'redis', service: 'Redis', url: REDIS_URL },
  { backend: 'postgres', service: 'PostgreSQL', url: POSTGRES_URL },
] as const;
const STREAMS = 8;
const STEPS = 40;

const STEADY = {
  name: 'steady',
  nodes: Array.from({ length: STEPS }, (_, step) => ({
    id: `s${step}`,
    type: 'agent.delay',
    params: { seconds: 0.3 },
  })),
  edges: Array.from({ length: STEPS - 1 }, (_, step) => ({ from: `s${step}`, to: `s${step + 1}` })),
};

/** A client that keeps a stream of a run open: when it ends before its time, it goes on where it was, at whoever is there. */
class Follower {
  /** Those of the events that it got, in the order in which they came. */
  readonly ids: number[] = [];
  /** How often a stream ended before its time. */
  breaks = 0;
  private readonly comments: string[] = [];

  constructor(
    private readonly runId: string,
    /** Asked one after the other for who takes the connection. */
    private readonly services: () => readonly BuiltService[],
  ) {}

  /** How often it was told to connect again. */
  get hints(): number {
    return this.comments.filter((comment) => comment === 'reconnect').length;
  }

  async follow(): Promise<void> {
    for (;;) {
      const before = this.ids.length;
      const { events, comments } = await readStream(await this.connect(), (seen) => {
        this.ids.splice(before, Infinity, ...seen.flatMap(({ id }) => (id === undefined ? [] : [Number(id)])));
        return false;
      });
      this.comments.push(...comments);
      if (events.at(-1)?.event === 'stream.end') return;
      this.breaks += 1;
    }
  }

  private connect(): Promise<Response> {
    const last = this.ids.at(-1);
    const headers: Record<string, string> = last === undefined ? {} : { 'Last-Event-ID': String(last) };
    return waitFor('a stream', async () => {
      for (const service of this.services()) {
        // Whoever has gone refuses the connection.
        const answer = await service.request(`/runs/${this.runId}/stream`, { headers }).catch(() => undefined);
        if (answer?.status === 200) return answer;
        if (answer !== undefined) expect([answer.status, answer.headers.has('Retry-After')]).toEqual([503, true]);
      }
      return undefined;
    });
  }
}

// Processes take their time to start on a machine that is busy with other things.
jest.setTimeout(180_000);

describeWith('PostgreSQL', POSTGRES_URL, 'Streams of a fleet that is restarted one by one', () => {
  for (const { backend, service, url } of BACKENDS) {
    describeWith(service, url, `with the queue in ${service}`, () => {
      let fleet: Fleet;
      let going: BuiltService;
      let staying: BuiltService;

      beforeAll(async () => {
        fleet = await Fleet.open({ database: 'postgres', backend, env: { SHUTDOWN_GRACE_SEC: '1' } });
        [going, staying] = await Promise.all([fleet.start(), fleet.start()]);
      });
      afterAll(() => fleet.close());

      it('give every event once and in order to clients that go on elsewhere', async () => {
        let services = [going, staying];
        const runs = await Promise.all(Array.from({ length: STREAMS }, () => startGraph(going, STEADY)));
        const followers = runs.map((runId) => new Follower(runId, () => services));
        const following = Promise.all(followers.map((follower) => follower.follow()));
        const allHaveSeen = (count: number) =>
          waitFor('every client to have seen some', () => followers.every(({ ids }) => ids.length > count));

        await allHaveSeen(5);
        services = [staying, going];
        expect(await going.stop('SIGTERM')).toBe(0);
        const seen = Math.max(...followers.map(({ ids }) => ids.length));
        const next = await fleet.start();
        await allHaveSeen(seen + 2);
        services = [next];
        expect(await staying.stop('SIGTERM')).toBe(0);
        await following;

        for (const [place, follower] of followers.entries()) {
          const runId = runs[place] ?? '';
          expect(await ended(next, runId)).toMatchObject({ status: 'SUCCESS' });
          const events = await getEvents(next, runId);
          expect(follower.ids).toEqual(events.map(({ seq }) => seq));
          expect(follower.ids).toEqual(follower.ids.map((_, index) => index + 1));
          // Both restarts were told to it.
          expect([follower.breaks, follower.hints]).toEqual([2, 2]);
        }
      });
    });
  }
});
