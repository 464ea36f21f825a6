import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { BuiltService, type BuiltServiceOptions } from './built-service.js';
import { type ServerTestDatabase, createPostgresDatabase } from './server-databases.js';
import { REDIS_URL } from './services.js';

/** Processes of `dist/main.js` on one new database of PostgreSQL and one queue in Redis. */
export class BuiltFleet {
  readonly processes: BuiltService[] = [];

  private constructor(
    private readonly database: ServerTestDatabase,
    private readonly prefix: string,
  ) {}

  static async create(): Promise<BuiltFleet> {
    return new BuiltFleet(await createPostgresDatabase(), `wand-test-${randomBytes(6).toString('hex')}`);
  }

  /** What the processes need to know. */
  get env(): Readonly<Record<string, string>> {
    return {
      DATABASE__URL: this.database.url,
      EXECUTION__ENGINE: 'bullmq',
      QUEUE__URL: REDIS_URL,
      QUEUE__PREFIX: this.prefix,
    };
  }

  /** Starts one more, and resolves when it is ready. */
  async start({ env, ...options }: Partial<BuiltServiceOptions> = {}): Promise<BuiltService> {
    const service = await BuiltService.start({ database: '', ...options, env: { ...this.env, ...env } });
    this.processes.push(service);
    return service;
  }

  /** Kills what still runs, and removes what it stored. */
  async destroy(): Promise<void> {
    for (const service of this.processes) await service.stop('SIGKILL');
    await this.database.drop();
    const redis = new Redis(REDIS_URL);
    for await (const keys of redis.scanStream({ match: `${this.prefix}*`, count: 500 }) as AsyncIterable<string[]>) {
      if (keys.length > 0) await redis.del(keys);
    }
    redis.disconnect();
  }
}
