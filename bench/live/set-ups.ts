import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { PostgresDatabase } from '../postgres-database.ts';
import { Service } from '../service.ts';
import { EchoedStatements } from './echoed-statements.ts';

/** Servers on which databases and queues are made; nothing else may use them while figures are taken. */
export interface Servers {
  readonly postgres: string;
  readonly redis: string;
}

/** A way to run the service, not started. */
export interface SetUp {
  readonly name: string;
  /** @param mayEcho SQLite's statements are counted; that costs a log line each. */
  start(mayEcho: boolean): Promise<Running>;
}

export interface Running {
  /** Takes requests and streams. In a fleet it executes nothing. */
  readonly front: Service;
  readonly processes: readonly Service[];
  /** To be called before what is counted. */
  tidy(): Promise<void>;
  count(): Promise<Counts>;
  stop(): Promise<void>;
}

/** What the processes of a set-up have asked others so far; undefined where it is not known, or nobody is there to ask. On PostgreSQL with what autovacuum did. */
export interface Counts {
  readonly transactions: number;
  readonly statements?: number;
  /** Of whoever uses that Redis. */
  readonly redisCommands?: number;
}

type Environment = Readonly<Record<string, string>>;

/** One process on SQLite and one on PostgreSQL, then an API and a worker on PostgreSQL with either queue. */
export function setUps({ postgres, redis }: Servers): SetUp[] {
  const fleet = { EXECUTION__ENGINE: 'bullmq', QUEUE__PREFIX: `wandbench_${randomBytes(4).toString('hex')}` };
  const inRedis = { ...fleet, QUEUE__BACKEND: 'redis', QUEUE__URL: redis };
  const inPostgres = { ...fleet, QUEUE__BACKEND: 'postgres' };
  return [
    { name: 'embedded on SQLite', start: startOnSqlite },
    { name: 'embedded on PostgreSQL', start: () => startOnPostgres(postgres, [{}]) },
    {
      name: 'api and worker, queue in Redis',
      start: () => startOnPostgres(postgres, inRoles(inRedis), { url: redis, prefix: fleet.QUEUE__PREFIX }),
    },
    { name: 'api and worker, queue in PostgreSQL', start: () => startOnPostgres(postgres, inRoles(inPostgres)) },
  ];
}

function inRoles(env: Environment): Environment[] {
  return ['api', 'worker'].map((ROLE) => ({ ...env, ROLE }));
}

async function startOnSqlite(mayEcho: boolean): Promise<Running> {
  const echoed = new EchoedStatements();
  const front = await Service.start(
    mayEcho ? { env: { DATABASE__ECHO_SQL: 'true' }, onLogLine: (line) => echoed.take(line) } : {},
  );
  return {
    front,
    processes: [front],
    tidy: () => Promise.resolve(),
    count: () => Promise.resolve({ transactions: echoed.transactions, statements: echoed.statements }),
    stop: () => front.stop(),
  };
}

/** A process for each of the environments, the front first, on one database. */
async function startOnPostgres(
  serverUrl: string,
  environments: readonly Environment[],
  queue?: RedisQueue,
): Promise<Running> {
  const database = await PostgresDatabase.create(serverUrl);
  const processes: Service[] = [];
  const stop = async (): Promise<void> => {
    for (const service of processes.toReversed()) await service.stop();
    await database.drop();
    if (queue !== undefined) await emptyQueue(queue);
  };
  try {
    for (const env of environments)
      processes.push(await Service.start({ env: { DATABASE__URL: database.url, ...env } }));
    const [front] = processes;
    if (front === undefined) throw new Error('there is no process to start');
    const count = async (): Promise<Counts> => {
      const transactions = await database.commits();
      return queue === undefined ? { transactions } : { transactions, redisCommands: await redisCommands(queue.url) };
    };
    return { front, processes, tidy: () => database.tidy(), count, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface RedisQueue {
  readonly url: string;
  readonly prefix: string;
}

async function emptyQueue({ url, prefix }: RedisQueue): Promise<void> {
  const redis = new Redis(url);
  try {
    const keys = await redis.keys(`${prefix}*`);
    if (keys.length > 0) await redis.unlink(keys);
  } finally {
    redis.disconnect();
  }
}

async function redisCommands(url: string): Promise<number> {
  const redis = new Redis(url);
  try {
    const stats = await redis.info('stats');
    return Number(/^total_commands_processed:(\d+)/m.exec(stats)?.[1]);
  } finally {
    redis.disconnect();
  }
}
