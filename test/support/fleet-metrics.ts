import { type DatabaseClaim, RunCensus, type RunEngine } from '../../src/executor/index.js';
import { Metrics } from '../../src/observability/index.js';
import { PoolMetrics } from '../../src/pool-metrics.js';
import { RunMetrics } from '../../src/run-metrics.js';

type FleetEngine = Pick<
  RunEngine,
  'liveRuns' | 'queuedRuns' | 'longestWaitMs' | 'fleetCounts' | 'queueFigures' | 'pools'
>;

/** A process of a fleet in which a little of everything has happened. */
const ENGINE: FleetEngine = {
  liveRuns: 1,
  queuedRuns: 1,
  longestWaitMs: 1,
  fleetCounts: { takeovers: 1, swept: 1, sweeps: 1, lostJobs: 1 },
  queueFigures: () => Promise.resolve({ waiting: 1, active: 1, delayed: 1, oldestWaitMs: 1 }),
  pools: {
    sessions: { waiting: 1, running: 1 },
    interrupted: 1,
    made: new Map([['gpu', { running: 1, made: 1 }]]),
    waiting: () => Promise.resolve(new Map([['gpu', 1]])),
  },
};

/** What a process of a fleet tells of its runs, of its queue and of its pools, without a fleet behind it. */
export function fleetMetricsText(): Promise<string> {
  const metrics = new Metrics();
  const engine = ENGINE as RunEngine;
  const claim: Pick<DatabaseClaim, 'clockOffsetMs'> = { clockOffsetMs: 1 };
  const census = new RunCensus({ agent: () => undefined });
  new RunMetrics(metrics, engine, census, claim as DatabaseClaim).onModuleInit();
  new PoolMetrics(metrics, engine).onModuleInit();
  return metrics.text();
}
