import { randomBytes } from 'node:crypto';
import { BuiltService } from '../../support/built-service.js';
import {
  createMariadbDatabase,
  createPostgresDatabase,
  type ServerTestDatabase,
} from '../../support/server-databases.js';
import { REDIS_URL } from '../../support/services.js';
import { waitFor } from '../../support/wait-for.js';
import { dropRedisKeys } from './drop-redis-keys.js';

export interface FleetOptions {
  readonly database: 'postgres' | 'mariadb';
  readonly backend: 'redis' | 'postgres';
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunView {
  readonly run_id: string;
  readonly status: string;
  readonly error: { readonly type: string } | null;
  readonly nodes: readonly { readonly id: string; readonly status: string; readonly attempts: number }[];
}

export interface EventView {
  readonly seq: number;
  readonly ts: number;
  readonly type: string;
  readonly node_id?: string;
  readonly attempt?: number;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Processes of the service on one database and one queue, all of them of a test. */
export class Fleet {
  private readonly members: BuiltService[] = [];

  private constructor(
    readonly database: ServerTestDatabase,
    readonly prefix: string,
    private readonly options: FleetOptions,
  ) {}

  static async open(options: FleetOptions): Promise<Fleet> {
    const database = await (options.database === 'postgres' ? createPostgresDatabase() : createMariadbDatabase());
    return new Fleet(database, `t${randomBytes(6).toString('hex')}`, options);
  }

  async start(env: Readonly<Record<string, string>> = {}): Promise<BuiltService> {
    const member = await BuiltService.start({ database: '', env: { ...this.env, ...env } });
    this.members.push(member);
    return member;
  }

  get env(): Readonly<Record<string, string>> {
    const { backend } = this.options;
    return {
      DATABASE__URL: this.database.url,
      EXECUTION__ENGINE: 'bullmq',
      QUEUE__BACKEND: backend,
      ...(backend === 'redis' ? { QUEUE__URL: REDIS_URL } : {}),
      QUEUE__PREFIX: this.prefix,
      ...this.options.env,
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((member) => (member.signal('SIGCONT'), member.stop('SIGKILL'))));
    await this.database.drop();
    if (this.options.backend === 'redis') await dropRedisKeys(this.prefix);
  }
}

export async function startGraph(member: BuiltService, graph: object, options: object = {}): Promise<string> {
  const { graph_id } = await member.post<{ graph_id: string }>('/graphs', graph);
  return startRun(member, graph_id, options);
}

export async function startRun(member: BuiltService, graph_id: string, options: object = {}): Promise<string> {
  return (await member.post<{ run_id: string }>('/runs', { graph_id, ...options })).run_id;
}

export function getRun(member: BuiltService, runId: string): Promise<RunView> {
  return member.json(`/runs/${runId}`);
}

export function getEvents(member: BuiltService, runId: string): Promise<EventView[]> {
  return member.json(`/runs/${runId}/logs?limit=10000`);
}

export function ended(member: BuiltService, runId: string, withinMs = 30_000): Promise<RunView> {
  return waitFor(
    `the run ${runId} to end`,
    async () => {
      const run = await getRun(member, runId);
      return ['SUCCESS', 'FAILED', 'CANCELLED'].includes(run.status) && run;
    },
    withinMs,
  );
}

export function nodeRuns(member: BuiltService, runId: string, nodeId: string): Promise<unknown> {
  return waitFor(`${nodeId} to run`, async () =>
    (await getRun(member, runId)).nodes.some(({ id, status }) => id === nodeId && status === 'RUNNING'),
  );
}
