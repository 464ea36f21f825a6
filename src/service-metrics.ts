import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventBus, Relay } from './events/index.js';
import { HealthService, Metrics, ServiceVersion, byLabel } from './observability/index.js';
import { StreamHub } from './runs/index.js';
import { StorageWriter, StorageStatistics } from './storage/index.js';

/** Names what the parts of the service count. A number is kept by the part that it is about and only read here. */
@Injectable()
export class ServiceMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly writer: StorageWriter,
    private readonly health: HealthService,
    private readonly version: ServiceVersion,
    private readonly streams: StreamHub,
    private readonly statistics: StorageStatistics,
    private readonly relay: Relay,
    private readonly bus: EventBus,
  ) {}

  onModuleInit(): void {
    this.addJournal();
    this.addService();
    this.addStreams();
    this.addStored();
    this.addRelay();
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
      read: () => {
        const { units: stored, failed, unavailable } = writer.stats;
        return byLabel('outcome', { stored, refused: failed - unavailable, failed: unavailable });
      },
    });
    metrics.addGauge({
      name: 'wand_journal_writes_waiting',
      help: 'Writes that wait for the database.',
      read: () => writer.stats.waiting,
    });
    metrics.addHistogram({
      name: 'wand_journal_flush_seconds',
      help: 'How long transactions of the writer took, the wait for the disk included.',
      read: () => writer.flushSeconds,
    });
    metrics.addHistogram({
      name: 'wand_journal_flush_rows',
      help: 'How many rows transactions of the writer stored, about.',
      read: () => writer.flushRows,
    });
  }

  private addService(): void {
    const { metrics, health, version } = this;
    metrics.addGauge({
      name: 'wand_build_info',
      help: 'Always 1; the version of the service stands in the label.',
      labels: ['version'],
      read: () => [{ labels: { version: version.value }, value: 1 }],
    });
    metrics.addGauge({
      name: 'wand_ready',
      help: 'Whether the service takes requests, as its readiness probe would say.',
      read: async () => ((await health.isReady()) ? 1 : 0),
    });
  }

  private addStreams(): void {
    const { metrics, streams } = this;
    metrics.addGauge({
      name: 'wand_streams_open',
      help: 'Event streams that are open, of one run or of all.',
      labels: ['kind'],
      read: () => byLabel('kind', streams.openStreams),
    });
    metrics.addGauge({
      name: 'wand_streams_behind_events',
      help: 'Events that the client which is furthest behind has still to be sent.',
      read: () => streams.mostBehind,
    });
    metrics.addCounter({
      name: 'wand_streams_lagged_total',
      help: 'Event streams that were closed because their client read too slowly.',
      labels: ['kind'],
      read: () => byLabel('kind', streams.laggedStreams),
    });
  }

  private addRelay(): void {
    const { metrics, relay, bus } = this;
    metrics.addCounter({
      name: 'wand_relay_hints_total',
      help: 'Hints between the processes of a fleet, by what became of them here.',
      labels: ['outcome'],
      read: () => {
        const { sent, received, dropped } = relay.stats;
        return byLabel('outcome', { sent, received, dropped });
      },
    });
    metrics.addCounter({
      name: 'wand_relay_gaps_total',
      help: 'How often hints of other processes may have been lost, so that everything that is watched was looked at.',
      read: () => relay.stats.gaps,
    });
    metrics.addCounter({
      name: 'wand_relay_queries_total',
      help: 'Queries for what other processes wrote: reads of events, and looks how far runs have come.',
      labels: ['kind'],
      read: () => byLabel('kind', { read: bus.followCounts.reads, look: bus.followCounts.looks }),
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
    metrics.addGauge({
      name: 'wand_database_disk_free_bytes',
      help: 'Room that is left for the database on its disk; absent where it has no file.',
      read: async () => (await statistics.freeDiskBytes()) ?? [],
    });
  }
}
