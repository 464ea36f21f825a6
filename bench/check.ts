/**
 * Compares the current tree with a base commit: `npm run bench:check [-- --base <commit>] [--rounds 5]`. Both builds take
 * turns in one run, so that whatever else the machine does hits both; what is printed is the ratio of each pair.
 */
import { parseArgs } from 'node:util';
import { checkOutBase } from './base-checkout.ts';
import { percentile } from './figures.ts';
import { runPipeline } from './workloads/pipeline.ts';

type Measured = Awaited<ReturnType<typeof runPipeline>>;

/** A figure, and whether more of it is better. */
const FIGURES = [
  ['throughput, 64 in flight', 'perSec', 'higher is better'],
  ['p99, 64 in flight', 'p99Ms', 'lower is better'],
  ['processor time per run', 'cpuSecPer1000', 'lower is better'],
  ['peak memory', 'peakMemoryMb', 'lower is better'],
  ['database bytes per run', 'databaseBytesPerRun', 'lower is better'],
] as const satisfies readonly (readonly [string, keyof Measured, string])[];

const LOAD = { inFlight: 64, total: 3_000 };

const { values } = parseArgs({
  options: { base: { type: 'string', default: 'main' }, rounds: { type: 'string', default: '5' } },
});
function ratios(figure: keyof Measured, current: readonly Measured[], base: readonly Measured[]): number[] {
  return current.map((measured, round) => (measured[figure] ?? Number.NaN) / (base[round]?.[figure] ?? Number.NaN));
}

const base = checkOutBase(values.base);
try {
  const current: Measured[] = [];
  const before: Measured[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    // Each of them goes first in every other round.
    const turns = [
      () => runPipeline(LOAD).then((m) => current.push(m)),
      () => runPipeline({ ...LOAD, root: base.root }).then((m) => before.push(m)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
    console.error(`round ${round + 1} of ${values.rounds}`);
  }
  console.log(`current tree / ${base.commit}, ${values.rounds} rounds of ${LOAD.total} runs:`);
  console.table(
    FIGURES.map(([figure, key, better]) => {
      const all = ratios(key, current, before);
      const text = (value: number): string => value.toFixed(2);
      return {
        figure,
        median: text(percentile(all, 0.5)),
        min: text(Math.min(...all)),
        max: text(Math.max(...all)),
        better,
      };
    }),
  );
} finally {
  base.remove();
}
