import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  ATTEMPT_OUTCOMES,
  DatabaseClaim,
  type QueueFigures,
  RunEngine,
  NODE_CLOCKS,
  NODE_OUTCOMES,
  RunCensus,
} from './executor/index.js';
import { type LabelledDistribution, type LabelledValue, Metrics, byLabel } from './observability/index.js';

/** Names what happens to runs and their nodes. */
@Injectable()
export class RunMetrics implements OnModuleInit {
  private asking: Promise<QueueFigures | undefined> | undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly engine: RunEngine,
    private readonly census: RunCensus,
    private readonly claim: DatabaseClaim,
  ) {}

  onModuleInit(): void {
    this.addQueue();
    this.addFleet();
    this.addRuns();
    this.addNodes();
  }

  private addQueue(): void {
    const { metrics, engine, census } = this;
    metrics.addGauge({
      name: 'wand_runs_live',
      help: 'Runs that this process works on.',
      read: () => engine.liveRuns,
    });
    metrics.addGauge({
      name: 'wand_runs_queued',
      help: 'Runs that wait for a place in this process.',
      read: () => engine.queuedRuns,
    });
    metrics.addGauge({
      name: 'wand_runs_queue_oldest_age_seconds',
      help: 'For how long the run has waited in this process that has waited longest.',
      read: () => engine.longestWaitMs / 1_000,
    });
    metrics.addHistogram({
      name: 'wand_run_queue_wait_seconds',
      help: 'From the creation of a run to its start.',
      read: () => census.waits,
    });
  }

  /** What a fleet has and a single process has not. */
  private addFleet(): void {
    const { metrics, engine, claim } = this;
    const counts = engine.fleetCounts;
    if (counts === undefined) return;
    metrics.addGauge({
      name: 'wand_queue_jobs',
      help: 'Jobs in the queue that the fleet shares, by state; absent while it does not answer.',
      labels: ['state'],
      read: async () => {
        const figures = await this.queueFigures();
        if (figures === undefined) return [];
        const { waiting, active, delayed } = figures;
        return byLabel('state', { waiting, active, delayed });
      },
    });
    metrics.addGauge({
      name: 'wand_queue_oldest_age_seconds',
      help: 'For how long the run has waited in the queue of the fleet that comes next; absent while it does not answer.',
      read: async () => {
        const figures = await this.queueFigures();
        return figures === undefined ? [] : figures.oldestWaitMs / 1_000;
      },
    });
    metrics.addGauge({
      name: 'wand_fleet_clock_offset_seconds',
      help: 'How far the clock of this process is ahead of that of the database; looked at once a minute.',
      read: () => (claim.clockOffsetMs === undefined ? [] : claim.clockOffsetMs / 1_000),
    });
    metrics.addCounter({
      name: 'wand_fleet_takeovers_total',
      help: 'Runs whose worker was found dead by this process; they go on elsewhere.',
      read: () => counts.takeovers,
    });
    metrics.addCounter({
      name: 'wand_fleet_sweeps_total',
      help: 'Rounds in which this process looked for unfinished runs that no job covers.',
      read: () => counts.sweeps,
    });
    metrics.addCounter({
      name: 'wand_fleet_swept_runs_total',
      help: 'Unfinished runs that no job covered and that this process queued again.',
      read: () => counts.swept,
    });
    metrics.addCounter({
      name: 'wand_fleet_lost_jobs_total',
      help: 'Jobs that the queue had lost, or given to others, while their runs were worked on in this process.',
      read: () => counts.lostJobs,
    });
  }

  /** The metrics of one reading ask once together. */
  private queueFigures(): Promise<QueueFigures | undefined> {
    this.asking ??= this.engine
      .queueFigures()
      .catch(() => undefined)
      .finally(() => {
        this.asking = undefined;
      });
    return this.asking;
  }

  private addRuns(): void {
    const { metrics, census } = this;
    metrics.addCounter({
      name: 'wand_runs_created_total',
      help: 'Runs that were created.',
      read: () => census.createdRuns,
    });
    metrics.addCounter({
      name: 'wand_runs_finished_total',
      help: 'Runs that ended, by status.',
      labels: ['status'],
      read: () => byLabel('status', census.finished),
    });
    metrics.addCounter({
      name: 'wand_run_timeouts_total',
      help: 'Runs that failed because their own clock ran out: of the whole run, or in the queue.',
      labels: ['kind'],
      read: () => byLabel('kind', census.timeouts),
    });
    metrics.addHistogram({
      name: 'wand_run_duration_seconds',
      help: 'From the start of a run to its end, by status.',
      read: () =>
        Object.entries(census.durations).map(([status, distribution]) => ({ labels: { status }, distribution })),
    });
  }

  private addNodes(): void {
    const { metrics } = this;
    metrics.addCounter({
      name: 'wand_node_attempts_total',
      help: 'Attempts that ended, by type of agent and outcome.',
      labels: ['agent_type', 'outcome'],
      read: () =>
        this.byAgent((agent_type, { attempts }): LabelledValue[] =>
          ATTEMPT_OUTCOMES.map((outcome) => ({ labels: { agent_type, outcome }, value: attempts[outcome] })),
        ),
    });
    metrics.addCounter({
      name: 'wand_node_retries_total',
      help: 'Attempts that failed and were followed by another, by type of agent.',
      labels: ['agent_type'],
      read: () =>
        this.byAgent((agent_type, { retries }): LabelledValue[] => [{ labels: { agent_type }, value: retries }]),
    });
    metrics.addCounter({
      name: 'wand_node_timeouts_total',
      help: 'Clocks of nodes that ran out: of an attempt, of its silence, of all attempts.',
      labels: ['agent_type', 'kind'],
      read: () =>
        this.byAgent((agent_type, { timeouts }): LabelledValue[] =>
          NODE_CLOCKS.map((kind) => ({ labels: { agent_type, kind }, value: timeouts[kind] })),
        ),
    });
    metrics.addHistogram({
      name: 'wand_node_duration_seconds',
      help: 'From the start of the first attempt of a node to its end, waits between attempts included.',
      read: () =>
        this.byAgent((agent_type, { durations }): LabelledDistribution[] =>
          NODE_OUTCOMES.map((outcome) => ({ labels: { agent_type, outcome }, distribution: durations[outcome] })),
        ).filter(({ distribution }) => distribution.count > 0),
    });
  }

  private byAgent<Value>(
    valuesOf: (type: string, counts: ReturnType<RunCensus['agent']>) => readonly Value[],
  ): readonly Value[] {
    return [...this.census.agents].flatMap(([type, counts]) => valuesOf(type, counts));
  }
}
