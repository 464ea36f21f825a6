import fc from 'fast-check';
import { PROBATION_MS } from '../../src/executor/core/index.js';
import { PoisonedProcess } from './poisoned-process.js';

const innocent = fc
  .oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 3_000, max: 86_400_000 }))
  .map((durationMs) => ({ durationMs, isPoison: false }));
const poison = fc.integer({ min: 0, max: 10_000 }).map((durationMs) => ({ durationMs, isPoison: true }));

/** How often crashes may hit a node, and a killer that strikes within the probation of those whom one more would fail. */
const limitAndKiller = fc.integer({ min: 2, max: 6 }).chain((maxInterruptions) => {
  const slowestMs = Math.min(10_000, PROBATION_MS * 4 ** (maxInterruptions - 2) - 1);
  return fc.record({
    maxInterruptions: fc.constant(maxInterruptions),
    killer: fc.integer({ min: 0, max: slowestMs }).map((durationMs) => ({ durationMs, isPoison: true })),
  });
});

describe('a node that kills its process every time', () => {
  it('fails, and takes nobody with it, whatever they do, however slowly it kills and whatever the limit is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(innocent, { minLength: 1, maxLength: 5 }), { maxLength: 6 }),
        fc.array(innocent, { maxLength: 4 }),
        limitAndKiller,
        (others, beside, { maxInterruptions, killer }) => {
          const runs = [...others, [...beside, killer]];
          const process = PoisonedProcess.complete({ runs, maxInterruptions });
          for (const [run, nodes] of runs.entries()) {
            for (const [index, { isPoison }] of nodes.entries()) {
              expect([run, index, process.statusOf(run, index)]).toEqual([run, index, isPoison ? 'FAILED' : 'SUCCESS']);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is found among hundreds that were in flight with it', () => {
    const many = Array.from({ length: 300 }, () => ({ durationMs: 3_600_000, isPoison: false }));
    for (const place of [0, 150, 300]) {
      const nodes = many.toSpliced(place, 0, { durationMs: 20, isPoison: true });
      const process = PoisonedProcess.complete({ runs: [nodes], maxInterruptions: 5 });
      const failed = nodes.flatMap((_, index) => (process.statusOf(0, index) === 'FAILED' ? [index] : []));
      expect(failed).toEqual([place]);
      expect(process.crashes).toBeLessThanOrEqual(6);
    }
  });

  it('is found beside another one', () => {
    fc.assert(
      fc.property(fc.array(innocent, { maxLength: 5 }), poison, poison, (others, first, second) => {
        const nodes = [...others, first, second];
        const process = PoisonedProcess.complete({ runs: [nodes], maxInterruptions: 5 });
        const statuses = nodes.map((_, index) => process.statusOf(0, index));
        expect(statuses).toEqual(nodes.map(({ isPoison }) => (isPoison ? 'FAILED' : 'SUCCESS')));
      }),
      { numRuns: 300 },
    );
  });
});
