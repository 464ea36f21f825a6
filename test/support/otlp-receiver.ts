import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { waitFor } from './wait-for.js';

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: number;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly events: readonly { readonly name: string; readonly attributes: readonly OtlpAttribute[] }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number; readonly message?: string };
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES = ['unset', 'ok', 'error'];

/** A span as it arrived, with names for numbers. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly traceState: string | undefined;
  readonly name: string;
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Facts;
  readonly events: readonly { readonly name: string; readonly attributes: Facts }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: string;
  readonly statusMessage: string | undefined;
  readonly resource: Facts;
}

/** An OTLP receiver: it takes traces as JSON over HTTP, as a collector does, and keeps them. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  /** What it answers. */
  status = 200;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(port = 0): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.server.listen(port, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new TypeError('the receiver does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** The one span for which `isIt` holds, as soon as it is there. */
  span(what: string, isIt: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
    return waitFor(`the span of ${what}`, () => {
      const found = this.spans.filter(isIt);
      if (found.length > 1) throw new Error(`${found.length} spans of ${what}`);
      return found[0];
    });
  }

  runSpan(runId: string): Promise<ReceivedSpan> {
    return this.span(
      `run ${runId}`,
      (span) => span.name.startsWith('run ') && span.attributes['wand.run.id'] === runId,
    );
  }

  attemptSpan(runId: string, nodeId: string, attempt = 1): Promise<ReceivedSpan> {
    return this.span(`attempt ${attempt} of ${nodeId}`, ({ attributes }) => {
      const { 'wand.run.id': run, 'wand.node.id': node, 'wand.node.attempt': number } = attributes;
      return run === runId && node === nodeId && number === attempt;
    });
  }

  childrenOf({ traceId, spanId }: ReceivedSpan): ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId && span.parentSpanId === spanId);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    this.requests.push({ path: request.url ?? '', headers: request.headers, body });
    if (this.status === 200) this.spans.push(...spansOf(JSON.parse(body) as OtlpRequest));
    response.writeHead(this.status, { 'Content-Type': 'application/json' }).end('{}');
  }
}

function spansOf({ resourceSpans }: OtlpRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => received(span, factsOf(resource.attributes)))),
  );
}

function received(span: OtlpSpan, resource: Facts): ReceivedSpan {
  const { traceId, spanId, parentSpanId, traceState, name, events, links, status } = span;
  return {
    traceId,
    spanId,
    parentSpanId: parentSpanId === '' ? undefined : parentSpanId,
    traceState,
    name,
    kind: KINDS[span.kind] ?? String(span.kind),
    startedAt: Number(span.startTimeUnixNano) / 1e6,
    endedAt: Number(span.endTimeUnixNano) / 1e6,
    attributes: factsOf(span.attributes),
    events: events.map((event) => ({ name: event.name, attributes: factsOf(event.attributes) })),
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
    status: STATUSES[status.code] ?? String(status.code),
    statusMessage: status.message,
    resource,
  };
}

function factsOf(attributes: readonly OtlpAttribute[]): Facts {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ??
        value.boolValue ??
        (value.intValue === undefined ? value.doubleValue : Number(value.intValue)),
    ]),
  );
}
