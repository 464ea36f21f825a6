/**
 * Benchmarks of the built service: `npm run bench [-- --only W1,W4] [--json results.json] [--database postgres://… [--redis redis://…]]`.
 * With a database, W1 and W2 on it as well, and on fleets whose queue is in it or in the Redis. Prints a table; writes the same as JSON. Figures depend on the machine: read them as fractions of what it can do, which is measured in the same run.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Figures, type Limits, toRow } from './figures.ts';
import { limitRows, measureLimits } from './limits/measure-limits.ts';
import { w2, w3, w5 } from './workloads/large-graphs.ts';
import { w1, w4 } from './workloads/pipeline.ts';
import { onServers } from './workloads/servers.ts';
import { w8 } from './workloads/start-up.ts';
import { w1InProcess, w7 } from './workloads/stored.ts';
import { w6 } from './workloads/streams.ts';

type Workload = (limits: Limits) => Promise<Figures[]>;

const WORKLOADS: Readonly<Record<string, readonly Workload[]>> = {
  W1: [w1, w1InProcess],
  W2: [w2],
  W3: [w3],
  W4: [w4],
  W5: [w5],
  W6: [w6],
  W7: [w7],
  W8: [w8],
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(WORKLOADS).join(',') },
    json: { type: 'string', default: 'bench-results.json' },
    database: { type: 'string' },
    redis: { type: 'string' },
  },
});
const wanted = values.only.split(',').map((id) => {
  const workloads = WORKLOADS[id];
  if (workloads === undefined) throw new Error(`--only takes ${Object.keys(WORKLOADS).join(', ')}; there is no ${id}`);
  return workloads;
});

const loadBefore = loadavg()[0] ?? Number.NaN;
const limits = await measureLimits();
const results = limitRows(limits);
for (const workload of wanted.flat()) {
  const figures = await workload(limits);
  for (const { id, workload: name, note } of figures) console.error(`${id} ${name} ${note ?? ''}`);
  results.push(...figures);
}
if (values.database !== undefined) {
  results.push(...(await onServers(limits, { database: values.database, redis: values.redis })));
}
const machine = { processors: availableParallelism(), model: cpus()[0]?.model ?? 'unknown', loadBefore };
writeFileSync(values.json, `${JSON.stringify({ machine, node: process.version, results }, undefined, 2)}\n`);
console.table(results.map(toRow));
console.log(
  `${machine.processors} × ${machine.model}, load ${loadBefore.toFixed(1)} before; written to ${values.json}`,
);
