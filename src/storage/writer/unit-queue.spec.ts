import fc from 'fast-check';
import { epochMs, runId } from '../../executor/core/index.js';
import type { AppendUnit } from './journal-unit.js';
import { UnitQueue } from './unit-queue.js';

const ALL = { units: Infinity, bytes: Infinity };

const append = (run: number, expectedSeq: number, bytes = 1): AppendUnit => ({
  kind: 'append',
  runId: runId(`r_${String(run).padStart(26, '0')}`),
  expectedSeq,
  events: [],
  files: [],
  rows: 1,
  bytes,
  run: { progress: 0 },
});
const queued = (unit: AppendUnit) => ({ unit, settle: () => undefined });

describe('the queue of units', () => {
  it('gives out the units of a run one after another, in their order, whatever is under way', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('push' as const), run: fc.nat(3) }),
        fc.record({ kind: fc.constant('take' as const), units: fc.integer({ min: 1, max: 4 }) }),
        fc.record({ kind: fc.constant('done' as const) }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const queue = new UnitQueue();
        const flights: ReturnType<UnitQueue['take']>[] = [];
        const taken = new Map<string, number[]>();
        const take = (units: number): void => {
          const flight = queue.take({ units, bytes: Infinity });
          expect(flight.length).toBeLessThanOrEqual(units);
          flights.push(flight);
          const ids = flights.flat().map(({ unit }) => unit.runId);
          expect(new Set(ids).size).toBe(ids.length);
          for (const { unit } of flight) taken.set(unit.runId, [...(taken.get(unit.runId) ?? []), unit.expectedSeq]);
        };
        let pushed = 0;
        for (const step of all) {
          if (step.kind === 'push') queue.push(queued(append(step.run, (pushed += 1))));
          else if (step.kind === 'take') take(step.units);
          else queue.done(flights.shift() ?? []);
        }
        while (queue.units > 0) {
          for (const flight of flights.splice(0)) queue.done(flight);
          take(100);
        }
        const seqs = [...taken.values()];
        expect(seqs.flat()).toHaveLength(pushed);
        for (const ofRun of seqs) expect(ofRun).toEqual(ofRun.toSorted((a, b) => a - b));
      }),
    );
  });

  it('keeps two requests with one Idempotency-Key apart', () => {
    const queue = new UnitQueue();
    const guard = {
      scope: 's',
      key: 'k',
      requestHash: '',
      status: 202,
      bodyJson: '',
      location: null,
      createdAt: epochMs(0),
    };
    for (const run of [1, 2]) {
      const { runId: id } = append(run, 0);
      const row = { runId: id } as never;
      const unit = { ...append(run, 0), kind: 'create' as const, row, labels: [], retry: undefined, guard };
      queue.push({ unit, settle: () => undefined });
    }
    const first = queue.take(ALL);
    expect(first).toHaveLength(1);
    expect(queue.take(ALL)).toHaveLength(0);
    queue.done(first);
    expect(queue.take(ALL)).toHaveLength(1);
  });

  it('takes one unit of any size, and no more than the bytes allow', () => {
    const queue = new UnitQueue();
    for (const [run, bytes] of [50, 5, 5, 5].entries()) queue.push(queued(append(run, 0, bytes)));
    expect(queue.reaches({ units: 9, bytes: 65 })).toBe(true);
    expect(queue.take({ units: 9, bytes: 10 })).toHaveLength(1);
    expect(queue.take({ units: 9, bytes: 10 })).toHaveLength(2);
    expect(queue.reaches({ units: 9, bytes: 6 })).toBe(false);
  });
});
