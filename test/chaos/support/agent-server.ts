import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** How the answers to the calls of one node go; whatever crashes, the node ends in the same way. */
export type Temper = 'ok' | `flaky-${number}` | 'hopeless' | 'refused';

/** What a caller was told by another call: `node` answered under the number `ordinal`. */
export interface Sighting {
  readonly node: string;
  readonly ordinal: number;
}

/** One call of an agent, as the server saw it. */
export interface AgentCall {
  /** Wall time of its arrival in ms. */
  readonly at: number;
  /** Counts all calls, from 1. */
  readonly ordinal: number;
  readonly runId: string;
  readonly node: string;
  /** The `Idempotency-Key` that it carried. */
  readonly key: string | undefined;
  /** What the caller had seen of the nodes before it. */
  readonly saw: readonly Sighting[];
}

export interface CallPath {
  readonly node: string;
  readonly temper?: Temper;
  /** Value of the answer: a number, or a template that yields one. */
  readonly v?: number | string;
  /** Time until the answer in ms. */
  readonly ms?: number;
  /** Characters that the answer has on top, in `pad`. */
  readonly pad?: number;
  /** Nodes upstream whose answers the call shows. */
  readonly saw?: readonly string[];
}

/** A server that agents call: it remembers every call, and answers as the URL says. */
export class AgentServer {
  readonly calls: AgentCall[] = [];
  /** Called at the arrival of each call, before it is answered. */
  onCall: (call: AgentCall) => void = () => undefined;
  private readonly callsOf = new Map<string, number>();
  /** Who waits for the first call of a run, by the run's id. */
  private readonly awaited = new Map<string, () => void>();
  private readonly held: (() => void)[] = [];
  private isShut = false;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => this.take(request, response));
  }

  static async start(): Promise<AgentServer> {
    const started = new AgentServer();
    started.server.listen(0, '127.0.0.1');
    await once(started.server, 'listening');
    return started;
  }

  /** Params of an `agent.fetch` node that calls here. */
  fetchParams({ node, temper = 'ok', v = 0, ms = 0, pad = 0, saw = [] }: CallPath): object {
    const seen = saw.map((id) => `${id}:\${nodes.${id}.output.json.ordinal}`).join(',');
    const query = `temper=${temper}&v=${v}&ms=${ms}&pad=${pad}${seen === '' ? '' : `&saw=${seen}`}`;
    return { url: `${this.url}/\${run.id}/${node}?${query}`, method: 'POST', json: {} };
  }

  /** Resolves at the first call that the run makes, or at once if it has made one. */
  async called(runId: string): Promise<void> {
    if (this.calls.some((call) => call.runId === runId)) return;
    await new Promise<void>((resolve) => this.awaited.set(runId, resolve));
    this.awaited.delete(runId);
  }

  /** Resolves when `count` more calls have arrived. */
  afterCalls(count: number): Promise<void> {
    const last = this.calls.length + count;
    return new Promise((resolve) => {
      this.onCall = ({ ordinal }) => {
        if (ordinal === last) resolve();
      };
    });
  }

  /** From now on calls are remembered but not answered. */
  shut(): void {
    this.isShut = true;
  }

  /** Answers what was held back, and everything from now on. */
  open(): void {
    this.isShut = false;
    for (const release of this.held.splice(0)) release();
  }

  async stop(): Promise<void> {
    this.open();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new TypeError('the server does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://agents');
    const [, runId = '', node = ''] = pathname.split('/');
    const key = request.headers['idempotency-key'];
    const call: AgentCall = {
      at: Date.now(),
      ordinal: this.calls.length + 1,
      runId,
      node,
      key: typeof key === 'string' ? key : undefined,
      saw: sightingsIn(searchParams.get('saw') ?? ''),
    };
    this.calls.push(call);
    const times = (this.callsOf.get(pathname) ?? 0) + 1;
    this.callsOf.set(pathname, times);
    const status = statusOf(searchParams.get('temper') ?? 'ok', times);
    const pad = 'x'.repeat(Number(searchParams.get('pad')));
    const body = JSON.stringify({ v: Number(searchParams.get('v')), ordinal: call.ordinal, pad });
    const answer = (): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
    };
    this.onCall(call);
    this.awaited.get(runId)?.();
    if (this.isShut) this.held.push(answer);
    else setTimeout(answer, Number(searchParams.get('ms'))).unref();
  }
}

/** The status of the answer to a node's call number `times`. */
function statusOf(temper: string, times: number): number {
  if (temper === 'refused') return 422;
  if (temper === 'hopeless') return 503;
  const failures = /^flaky-(\d+)$/.exec(temper)?.[1];
  return failures !== undefined && times <= Number(failures) ? 503 : 200;
}

function sightingsIn(text: string): Sighting[] {
  if (text === '') return [];
  return text.split(',').map((sighting) => {
    const [node = '', ordinal = ''] = sighting.split(':');
    return { node, ordinal: Number(ordinal) };
  });
}
