import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import { type Arrival, EventStream } from './event-stream.ts';
import { freePort } from './free-port.ts';
import { cpuSeconds, peakMemoryBytes } from './process-usage.ts';

const KEY = 'bench-key-0123456789abcdef0123456789abcdef';
/** As in the image. */
export const NODE_FLAGS = ['--min-semi-space-size=16', '--max-semi-space-size=16'];
export const MALLOC_ENV = { MALLOC_ARENA_MAX: '2' };
const READY_WITHIN_MS = 30_000;
const POLL_MS = 10;

export interface ServiceOptions {
  /** The checkout whose build is started. */
  readonly root?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Keeps its database; a new one, removed at the end, when left out. */
  readonly folder?: string;
  /** Gets what it logs. */
  readonly onLogLine?: (line: string) => void;
}

/** The built service in a process of its own, configured as in production: key, validation and logs are on. */
export class Service {
  readonly url: string;
  readonly pid: number;
  readonly databasePath: string;
  private readonly child: ChildProcess;
  private readonly removeAtEnd: string | undefined;

  private constructor(child: ChildProcess, url: string, databasePath: string, removeAtEnd: string | undefined) {
    if (child.pid === undefined) throw new Error('the service could not be started');
    this.child = child;
    this.pid = child.pid;
    this.url = url;
    this.databasePath = databasePath;
    this.removeAtEnd = removeAtEnd;
  }

  /** Resolves when it is ready. */
  static async start(options: ServiceOptions = {}): Promise<Service> {
    const service = await Service.spawn(options);
    await service.untilReady();
    return service;
  }

  /** Starts the process and waits for nothing. */
  static async spawn({ root = process.cwd(), env = {}, folder, onLogLine }: ServiceOptions = {}): Promise<Service> {
    const home = folder ?? mkdtempSync(join(tmpdir(), 'wand-bench-'));
    const port = await freePort();
    const databasePath = join(home, 'bench.db');
    const child = spawn(process.execPath, [...NODE_FLAGS, 'dist/main.js'], {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        ...MALLOC_ENV,
        ENVIRONMENT: 'production',
        HOST: '127.0.0.1',
        PORT: String(port),
        DATABASE__URL: `sqlite:///${databasePath}`,
        SECURITY__API_KEY: KEY,
        LOGGING__LEVEL: 'INFO',
        MONITORING__METRICS_PORT: '0',
        SECURITY__RATE_LIMIT_PER_MINUTE: '0',
        SECURITY__MAX_STREAMS_PER_KEY: '0',
        MONITORING__MAX_STREAMS: '0',
        ...env,
      },
      stdio: ['ignore', onLogLine === undefined ? 'ignore' : 'pipe', 'inherit'],
    });
    if (onLogLine !== undefined && child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', onLogLine);
    }
    return new Service(child, `http://127.0.0.1:${port}`, databasePath, folder === undefined ? home : undefined);
  }

  async untilReady(): Promise<void> {
    for (const deadline = performance.now() + READY_WITHIN_MS; performance.now() < deadline; await sleep(POLL_MS)) {
      if (this.child.exitCode !== null) throw new Error(`the service stopped with exit code ${this.child.exitCode}`);
      const isReady = await fetch(`${this.url}/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
      if (isReady) return;
    }
    throw new Error(`the service was not ready within ${READY_WITHIN_MS} ms`);
  }

  connect(): Promise<Connection> {
    return Connection.open(this.url, { 'X-API-Key': KEY });
  }

  /** Answers of at most 299 as JSON. */
  async post(path: string, body: unknown): Promise<Record<string, unknown>> {
    const connection = await this.connect();
    try {
      const answer = await connection.request({ method: 'POST', path, body: JSON.stringify(body) });
      if (answer.status > 299) throw new Error(`POST ${path} answered ${answer.status}: ${answer.body}`);
      return JSON.parse(answer.body) as Record<string, unknown>;
    } finally {
      connection.close();
    }
  }

  async createGraph(graph: object): Promise<string> {
    return String((await this.post('/graphs', graph))['graph_id']);
  }

  get cpuSeconds(): number | undefined {
    return cpuSeconds(this.pid);
  }

  get peakMemoryBytes(): number | undefined {
    return peakMemoryBytes(this.pid);
  }

  /** Bytes of the database file and of its write-ahead log. */
  get databaseBytes(): number {
    return [this.databasePath, `${this.databasePath}-wal`]
      .map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size, 0);
  }

  /** Opens a stream, of a run or of all. */
  openStream(path: string, onEvent: (event: Arrival) => void): Promise<EventStream> {
    const { host } = new URL(this.url);
    return EventStream.open(this.url, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nX-API-Key: ${KEY}\r\n\r\n`, onEvent);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill(signal);
      await exit;
    }
    if (this.removeAtEnd !== undefined) rmSync(this.removeAtEnd, { recursive: true, force: true });
  }
}
