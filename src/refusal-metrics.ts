import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ConnectionGuard, RateLimiter } from './http/index.js';
import { type LabelledValue, Metrics, byLabel } from './observability/index.js';
import { EgressGuard } from './plugins/index.js';
import { StreamHub } from './runs/index.js';

/** Names what the service refuses: to clients, and to its own agents. */
@Injectable()
export class RefusalMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly limiter: RateLimiter,
    private readonly connections: ConnectionGuard,
    private readonly streams: StreamHub,
    private readonly egress: EgressGuard,
  ) {}

  onModuleInit(): void {
    this.addLimits();
    this.addConnections();
    this.addEgress();
  }

  private addLimits(): void {
    const { metrics, limiter, streams } = this;
    metrics.addCounter({
      name: 'wand_rate_limit_refusals_total',
      help: 'Requests that were refused because their caller or address sent too many, by policy.',
      labels: ['policy'],
      read: () => byLabel('policy', limiter.refused),
    });
    metrics.addCounter({
      name: 'wand_rate_limit_fallbacks_total',
      help: 'Requests that were counted in this process alone because the shared store did not answer.',
      read: () => limiter.fallbacks,
    });
    metrics.addCounter({
      name: 'wand_streams_refused_total',
      help: 'Event streams that were refused because too many were open, by the cap that they hit.',
      labels: ['cap'],
      read: () => byLabel('cap', streams.refusedStreams),
    });
  }

  private addConnections(): void {
    const { metrics, connections } = this;
    metrics.addCounter({
      name: 'wand_connections_dropped_total',
      help: 'Connections that were closed unread because too many were open.',
      read: () => connections.dropped,
    });
    metrics.addCounter({
      name: 'wand_connections_refused_total',
      help: 'Answers to what was no proper request or did not come in time, by status.',
      labels: ['status'],
      read: () => labelled('status', connections.refused),
    });
  }

  private addEgress(): void {
    const { metrics, egress } = this;
    metrics.addCounter({
      name: 'wand_egress_refusals_total',
      help: 'Requests of agents and tools that were refused before anything was sent, by reason.',
      labels: ['reason'],
      read: () => labelled('reason', egress.refusals),
    });
  }
}

function labelled(name: string, values: ReadonlyMap<string | number, number>): LabelledValue[] {
  return [...values].map(([label, value]) => ({ labels: { [name]: String(label) }, value }));
}
