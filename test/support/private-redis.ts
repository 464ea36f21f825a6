import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { ServerCertificate } from './certificates.js';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

const START_WITHIN_MS = 30_000;

/** Whether Redis is installed. */
export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** With which a Redis speaks TLS alone; `authority` is the file by which its certificate is known. */
export interface RedisTls extends ServerCertificate {
  readonly authority: string;
}

/** A Redis server of a test's own, on a port of 127.0.0.1: what the test can flush and crash. It keeps nothing over a restart. */
export class PrivateRedis {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly tls: RedisTls | undefined,
  ) {}

  /** @throws {Error} if Redis is not installed. */
  static async start(tls?: RedisTls): Promise<PrivateRedis> {
    const server = new PrivateRedis(mkdtempSync(join(tmpdir(), 'wand-redis-')), await freePort(), tls);
    await server.start();
    return server;
  }

  get url(): string {
    return `${this.tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const settings = ['--bind', '127.0.0.1', '--dir', this.folder, ...this.listening()];
    const child = spawn('redis-server', [...settings, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
    this.child = child;
    const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
    await Promise.race([waitFor('the private Redis to answer', () => this.answers(), START_WITHIN_MS), failed]);
  }

  /** Answers from now on only those who know it. */
  async requirePassword(password: string): Promise<void> {
    await this.withClient((client) => client.config('SET', 'requirepass', password));
  }

  /** Deletes every key. */
  async flush(): Promise<void> {
    await this.withClient((client) => client.flushall());
  }

  /** `kill -9`. */
  async crash(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  async destroy(): Promise<void> {
    await this.crash();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private listening(): string[] {
    const port = String(this.port);
    if (this.tls === undefined) return ['--port', port];
    const { cert, key, authority } = this.tls;
    const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', authority];
    return ['--port', '0', '--tls-port', port, '--tls-auth-clients', 'no', ...files];
  }

  private answers(): Promise<boolean> {
    return this.withClient((client) => client.ping()).then(
      () => true,
      () => false,
    );
  }

  private async withClient<Result>(use: (client: Redis) => Promise<Result>): Promise<Result> {
    const client = new Redis(this.url, {
      ...(this.tls === undefined ? {} : { tls: { ca: readFileSync(this.tls.authority) } }),
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      disconnectTimeout: 1,
    });
    // Told by whoever awaits the command.
    client.on('error', () => undefined);
    try {
      await client.connect();
      const result = await use(client);
      await client.quit();
      return result;
    } catch (error) {
      client.disconnect();
      throw error;
    }
  }
}
