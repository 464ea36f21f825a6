import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EmbeddedEngine } from './executor/index.js';
import { Metrics } from './observability/index.js';
import { EgressGuard } from './plugins/index.js';
import { StreamHub } from './runs/index.js';
import { GroupCommitWriter, StorageStatistics } from './storage/index.js';

/** Names what the parts of the service count. A number is kept by the part that it is about and only read here. */
@Injectable()
export class ServiceMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly writer: GroupCommitWriter,
    private readonly engine: EmbeddedEngine,
    private readonly streams: StreamHub,
    private readonly egress: EgressGuard,
    private readonly statistics: StorageStatistics,
  ) {}

  onModuleInit(): void {
    this.addJournal();
    this.addRuns();
    this.addStreams();
    this.addEgress();
    this.addStored();
  }

  private addJournal(): void {
    const { metrics, writer } = this;
    metrics.addCounter({
      name: 'wand_journal_appends_fenced_total',
      help: 'Writes that were refused because another process or session owns the run or the database now.',
      read: () => writer.stats.fenced,
    });
    metrics.addCounter({
      name: 'wand_journal_flushes_total',
      help: 'Transactions that the writer began, the failed ones included.',
      read: () => writer.stats.flushes,
    });
    metrics.addCounter({
      name: 'wand_journal_rows_total',
      help: 'Rows that were stored, about.',
      read: () => writer.stats.rows,
    });
    metrics.addCounter({
      name: 'wand_journal_writes_total',
      help: 'Writes by what became of them: each is stored as a whole or not at all.',
      labels: ['outcome'],
      read: () => [
        { labels: { outcome: 'stored' }, value: writer.stats.units },
        { labels: { outcome: 'failed' }, value: writer.stats.failed },
      ],
    });
    metrics.addGauge({
      name: 'wand_journal_writes_waiting',
      help: 'Writes that wait for the database.',
      read: () => writer.stats.waiting,
    });
  }

  private addRuns(): void {
    const { metrics, engine } = this;
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
  }

  private addStreams(): void {
    const { metrics, streams } = this;
    metrics.addGauge({
      name: 'wand_streams_open',
      help: 'Event streams that are open.',
      read: () => streams.openStreams,
    });
    metrics.addCounter({
      name: 'wand_streams_lagged_total',
      help: 'Event streams that were closed because their client read too slowly.',
      read: () => streams.laggedStreams,
    });
  }

  private addEgress(): void {
    const { metrics, egress } = this;
    metrics.addCounter({
      name: 'wand_egress_refusals_total',
      help: 'Requests of agents and tools that were refused before anything was sent, by reason.',
      labels: ['reason'],
      read: () => [...egress.refusals].map(([reason, value]) => ({ labels: { reason }, value })),
    });
  }

  private addStored(): void {
    const { metrics, statistics } = this;
    metrics.addGauge({
      name: 'wand_stored_runs',
      help: 'Runs in the database by status, counted at most once a minute; deleted ones are in it until they are cleared.',
      labels: ['status'],
      read: async () => (await statistics.runs()).map(({ status, runs }) => ({ labels: { status }, value: runs })),
    });
    metrics.addGauge({
      name: 'wand_stored_events',
      help: 'Events in the database, about.',
      read: () => statistics.events(),
    });
    metrics.addGauge({
      name: 'wand_database_bytes',
      help: 'Size of the database without its write-ahead log, and how much of it holds nothing.',
      labels: ['part'],
      read: async () => {
        const { total, free } = await statistics.bytes();
        return [
          { labels: { part: 'used' }, value: total - free },
          { labels: { part: 'free' }, value: free },
        ];
      },
    });
  }
}
