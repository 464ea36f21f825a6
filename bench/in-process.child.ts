/**
 * Starts runs of the pipeline inside the service's own process, without HTTP, on the database in the folder it is given:
 * `node in-process.child.ts <folder> <runs> <in flight>`. Sends what it measured to its parent.
 */
import type * as Config from '../src/config/index.ts';
import type * as Core from '../src/executor/core/index.ts';
import type * as Events from '../src/events/index.ts';
import type * as Graphs from '../src/graphs/index.ts';
import type * as HeapGrowth from '../src/limit-heap-growth.ts';
import type * as Runs from '../src/runs/run-starter.ts';
import type * as Services from '../src/service.ts';
import { closedLoop } from './closed-loop.ts';
import { percentile } from './figures.ts';
import { PIPELINE } from './graphs.ts';
import { memoryBytes } from './process-usage.ts';

/** What the child sends. */
export interface InProcessResult {
  readonly perSec: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuSecPer1000: number;
  /** Memory of the process after each tenth of the runs, in megabytes. */
  readonly memoryMb: readonly number[];
}

const [folder = '.', runs = '5000', inFlight = '64'] = process.argv.slice(2);
/** The build, typed by its sources: Node strips types but does not compile decorators. */
const built = async <Module>(path: string): Promise<Module> =>
  (await import(new URL(`../dist/${path}`, import.meta.url).href)) as Module;

// As main.ts does, before anything else is loaded.
(await built<typeof HeapGrowth>('limit-heap-growth.js')).limitHeapGrowth();
const { loadConfig } = await built<typeof Config>('config/index.js');
const { Service } = await built<typeof Services>('service.js');
const { RunStarter } = await built<typeof Runs>('runs/run-starter.js');
const { GraphsService } = await built<typeof Graphs>('graphs/index.js');
const { DEFAULT_NAMESPACE: namespace } = await built<typeof Core>('executor/core/index.js');
const { EventBus } = await built<typeof Events>('events/index.js');

const service = await Service.start(
  loadConfig({
    env: {
      ENVIRONMENT: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE__URL: `sqlite:///${folder}/bench.db`,
      SECURITY__API_KEY: 'bench-key-0123456789abcdef0123456789abcdef',
      LOGGING__LEVEL: 'ERROR',
      MONITORING__METRICS_PORT: '0',
      SECURITY__RATE_LIMIT_PER_MINUTE: '0',
      SECURITY__MAX_STREAMS_PER_KEY: '0',
      MONITORING__MAX_STREAMS: '0',
    },
    cwd: folder,
    packageRoot: process.cwd(),
  }),
  { wait: false, onOwnershipLost: () => process.exit(1) },
);
const starter = service.app.get(RunStarter, { strict: false });
const graphs: Graphs.GraphsService = service.app.get(GraphsService, { strict: false });
const bus: Events.EventBus = service.app.get(EventBus, { strict: false });

const { body } = await graphs.create(
  namespace,
  PIPELINE,
  () => undefined,
  ({ graphId }) => ({ status: 201, body: { graphId } }),
);
const { graphId } = body as { readonly graphId: string };

const waiting = new Map<string, () => void>();
bus.all$.subscribe(({ runId, entries }) => {
  if (entries.at(-1)?.type !== 'run.succeeded') return;
  waiting.get(runId)?.();
  waiting.delete(runId);
});
const startRun = async (): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await starter.start(
    { namespace, graphId, input: { x: 1 }, labels: {} },
    () => undefined,
    (id) => {
      waiting.set(id, resolve);
      return { status: 202, body: { run_id: id } };
    },
  );
  await promise;
};

const load = { inFlight: Number(inFlight), total: Number(runs) };
await closedLoop({ ...load, total: Math.min(3_000, load.total) }, startRun);
const memoryMb: number[] = [];
const latencies: number[] = [];
const cpu = process.cpuUsage();
const startedAt = performance.now();
for (let tenth = 0; tenth < 10; tenth++) {
  const part = await closedLoop({ ...load, total: load.total / 10 }, startRun);
  latencies.push(...part.latencies);
  memoryMb.push(Math.round((memoryBytes(process.pid) ?? Number.NaN) / 1e6));
}
const perSec = load.total / ((performance.now() - startedAt) / 1_000);
const { user, system } = process.cpuUsage(cpu);
const result: InProcessResult = {
  perSec,
  p50Ms: percentile(latencies, 0.5),
  p99Ms: percentile(latencies, 0.99),
  cpuSecPer1000: ((user + system) / 1e6 / load.total) * 1_000,
  memoryMb,
};
await service.stop();
process.send?.(result, () => process.exit(0));
