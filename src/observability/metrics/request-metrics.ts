import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Distribution } from '../core/index.js';
import { Metrics } from './metrics.js';

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const OTHER_METHOD = 'other';
/** Whatever was answered before a route was looked for, or found none. */
const NO_ROUTE = 'unmatched';
/** Of an answer of which nothing was sent. */
const NO_STATUS = 'aborted';

/** Seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface EndedRequest {
  readonly method: string;
  /** The pattern of the route that answered, never the path; undefined when there was none. */
  readonly route: string | undefined;
  /** Undefined when the client had gone before anything was sent. */
  readonly status: number | undefined;
  /** How long it took; undefined where that says nothing about the service. */
  readonly seconds: number | undefined;
}

interface RouteCounts {
  readonly method: string;
  readonly route: string;
  readonly byStatus: Map<number | typeof NO_STATUS, number>;
  readonly durations: Distribution;
}

/** Counts requests by method, route and status: each of them comes from a closed set, whatever clients send. */
@Injectable()
export class RequestMetrics implements OnModuleInit {
  private readonly counts: RouteCounts[] = [];
  /** The same, by route and method: texts that are there already, where one made of the two would be hashed for each request. */
  private readonly byRoute = new Map<string, ReadonlyMap<string, RouteCounts>>();
  private inFlight = 0;

  constructor(private readonly metrics: Metrics) {}

  begin(): void {
    this.inFlight += 1;
  }

  end({ method, route = NO_ROUTE, status, seconds }: EndedRequest): void {
    this.inFlight -= 1;
    const counts = this.countsOf(METHODS.has(method) ? method : OTHER_METHOD, route);
    const answered = status ?? NO_STATUS;
    counts.byStatus.set(answered, (counts.byStatus.get(answered) ?? 0) + 1);
    if (seconds !== undefined) counts.durations.observe(seconds);
  }

  onModuleInit(): void {
    this.metrics.addGauge({
      name: 'wand_http_requests_in_flight',
      help: 'Requests that are being answered, streams that are open among them.',
      read: () => this.inFlight,
    });
    this.metrics.addCounter({
      name: 'wand_http_requests_total',
      help: 'Requests by method, route and status of the answer.',
      labels: ['method', 'route', 'status'],
      read: () =>
        this.counts.flatMap(({ method, route, byStatus }) =>
          [...byStatus].map(([status, value]) => ({ labels: { method, route, status: String(status) }, value })),
        ),
    });
    this.metrics.addHistogram({
      name: 'wand_http_request_duration_seconds',
      help: 'From the request to the end of the answer; answers that are kept open on purpose are not in it.',
      read: () =>
        this.counts
          .filter(({ durations }) => durations.count > 0)
          .map(({ method, route, durations }) => ({ labels: { method, route }, distribution: durations })),
    });
  }

  private countsOf(method: string, route: string): RouteCounts {
    const known = this.byRoute.get(route)?.get(method);
    if (known !== undefined) return known;
    const counts = { method, route, byStatus: new Map(), durations: new Distribution(BOUNDS) };
    this.counts.push(counts);
    this.byRoute.set(route, new Map([...(this.byRoute.get(route) ?? []), [method, counts]]));
    return counts;
  }
}
