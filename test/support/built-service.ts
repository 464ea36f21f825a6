import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { COMPILE_CACHE } from './compile-cache.js';
import { freePort } from './free-port.js';
import { databaseUrl } from './test-database.js';
import { engineEnv } from './test-engine.js';
import { waitFor } from './wait-for.js';

export const API_KEY = 'test-key-0123456789abcdef0123456789abcdef';

/** Far more than it takes, but for a machine that many test suites share. */
const START_WITHIN_MS = 120_000;
/** Far above any grace that a test gives. */
const STOP_WITHIN_MS = 120_000;
/** Of its log, what is shown of a process that does not stop. */
const SHOWN_LOG = 4_000;

export interface BuiltServiceOptions {
  /** File of the SQLite database, or what stands for it on a server: see `databaseUrl`. */
  readonly database: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The module that starts the service; `dist/main.js` unless a test brings one of its own. */
  readonly entry?: string;
  /** Arguments of the service. */
  readonly args?: readonly string[];
  /** Where it listens; a free port when left out. */
  readonly port?: number;
  /** Arguments of Node. */
  readonly nodeArgs?: readonly string[];
  /** File to the end of which its console goes; when left out, it is read here. */
  readonly consoleFile?: string;
}

/** `dist/main.js` in a process of its own, as in production: what a test can kill. */
export class BuiltService {
  private output = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    private readonly consoleFile: string | undefined,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
  }

  /** Starts it and resolves when it is ready. */
  static async start(options: BuiltServiceOptions): Promise<BuiltService> {
    const service = await BuiltService.spawn(options);
    try {
      await waitFor('the service to be ready', () => service.isReady(), START_WITHIN_MS);
    } catch (error) {
      await service.stop('SIGKILL');
      throw new Error(`the service did not start: ${service.log}`, { cause: error });
    }
    return service;
  }

  /** Starts it without waiting for anything. */
  static async spawn(options: BuiltServiceOptions): Promise<BuiltService> {
    const { database, env = {}, entry = 'dist/main.js', args = [], nodeArgs = [], consoleFile } = options;
    const port = options.port ?? (await freePort());
    const console = consoleFile === undefined ? 'pipe' : openSync(consoleFile, 'a');
    const child = spawn(process.execPath, [...nodeArgs, entry, ...args], {
      env: {
        PATH: process.env['PATH'],
        ...COMPILE_CACHE,
        ENVIRONMENT: 'production',
        HOST: '127.0.0.1',
        PORT: String(port),
        DATABASE__URL: env['DATABASE__URL'] ?? (await databaseUrl(database)),
        ...(env['DATABASE__URL'] === undefined ? engineEnv(database) : {}),
        SECURITY__API_KEY: API_KEY,
        SECURITY__HTTP_ALLOW_PRIVATE: 'true',
        MONITORING__METRICS_PORT: '0',
        SECURITY__RATE_LIMIT_PER_MINUTE: '0',
        SECURITY__AUTH_FAILURES_PER_MINUTE: '0',
        SECURITY__MAX_STREAMS_PER_KEY: '0',
        ...env,
      },
      stdio: ['ignore', console, console],
    });
    if (typeof console === 'number') closeSync(console);
    return new BuiltService(child, `http://127.0.0.1:${port}`, consoleFile);
  }

  /** What it has written to its log so far, after what others had written to the same file. */
  get log(): string {
    return this.consoleFile === undefined ? this.output : readFileSync(this.consoleFile, 'utf8');
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the service was not started');
    return this.child.pid;
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, {
      ...init,
      headers: { 'X-API-Key': API_KEY, 'Content-Type': 'application/json', ...init.headers },
    });
  }

  async json<T>(path: string, init?: RequestInit): Promise<T> {
    const answer = await this.request(path, init);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.json<T>(path, { method: 'POST', body: JSON.stringify(body) });
  }

  /** Sends a signal and waits for nothing. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends a signal and resolves with the exit code; null when the signal itself ended the process. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    if (this.hasExited) return this.child.exitCode;
    const exit = once(this.child, 'exit', { signal: AbortSignal.timeout(STOP_WITHIN_MS) });
    this.child.kill(signal);
    try {
      await exit;
    } catch (cause) {
      throw new Error(`the process does not end at ${signal}; its log ends so:\n${this.log.slice(-SHOWN_LOG)}`, {
        cause,
      });
    }
    return this.child.exitCode;
  }

  /** Resolves with the exit code once the process ends by itself. */
  async exited(): Promise<number | null> {
    if (!this.hasExited) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  private isReady(): Promise<boolean> {
    if (this.hasExited) throw new Error('the process has ended');
    return fetch(`${this.url}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
  }
}
