import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RunEngine } from './executor/index.js';
import { type LabelledValue, Metrics, byLabel } from './observability/index.js';

/** Names what becomes of attempts that pools make. The pools are those of the configuration, never what clients name. */
@Injectable()
export class PoolMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly engine: RunEngine,
  ) {}

  onModuleInit(): void {
    const { metrics, engine } = this;
    metrics.addGauge({
      name: 'wand_pool_attempts_running',
      help: 'Attempts that this process makes for its pools.',
      labels: ['pool'],
      read: () => this.byPool(({ running }) => running),
    });
    metrics.addCounter({
      name: 'wand_pool_attempts_made_total',
      help: 'Attempts that this process has made for its pools.',
      labels: ['pool'],
      read: () => this.byPool(({ made }) => made),
    });
    metrics.addGauge({
      name: 'wand_pool_attempts_waiting',
      help: 'Attempts in the queues of the pools of this process.',
      labels: ['pool'],
      read: async () => {
        const waiting = (await engine.pools?.waiting().catch(() => undefined)) ?? new Map<string, number>();
        return [...waiting].map(([pool, value]) => ({ labels: { pool }, value }));
      },
    });
    metrics.addGauge({
      name: 'wand_pool_attempts_of_runs',
      help: 'Attempts of the runs of this process that pools are to make, or make.',
      labels: ['state'],
      read: () => (engine.pools === undefined ? [] : byLabel('state', engine.pools.sessions)),
    });
    metrics.addCounter({
      name: 'wand_pool_interruptions_total',
      help: 'Attempts of the runs of this process whose worker died or stopped.',
      read: () => engine.pools?.interrupted ?? [],
    });
  }

  private byPool(valueOf: (figures: { readonly running: number; readonly made: number }) => number): LabelledValue[] {
    const made = this.engine.pools?.made ?? [];
    return [...made].map(([pool, figures]) => ({ labels: { pool }, value: valueOf(figures) }));
  }
}
