/**
 * How long a hint takes from one process to another, and what it costs: `npm run bench:relay`. Needs REDIS_URL and
 * POSTGRES_URL; takes the channels of the service and, beside them, the relay of BullMQ. Figures depend on the machine.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type * as ChannelRelays from '../src/events/transport/channel-relay.js';
import type * as OpenChannel from '../src/events/transport/open-channel.js';
import { PostgresDatabase, onPostgres } from './postgres-database.ts';

const REDIS_URL = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const POSTGRES_URL = process.env['POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const WAYS = ['redis', 'postgres', 'bullmq-redis', 'bullmq-postgres'] as const;
const RATES = [50, 1_000, 5_000];
const SECONDS = 5;

type Way = (typeof WAYS)[number];
/** What a process of the bench is told. */
interface Order {
  /** Of PostgreSQL. */
  readonly databaseUrl: string;
  readonly way: Way;
  readonly prefix: string;
}
interface Heard {
  readonly latencies: number[];
  readonly heard: number;
}
interface Carrier {
  send(hint: string): void;
  listen(onHint: (hint: string) => void): void;
  close(): Promise<void>;
}

if (process.send === undefined) await main();
else await listenUntilAsked();

async function main(): Promise<void> {
  const database = await PostgresDatabase.create(POSTGRES_URL);
  const databaseUrl = database.url;
  const prefix = `wandbench_${randomBytes(4).toString('hex')}`;
  try {
    const { runMigrations } = await import('bullmq');
    const pool = new pg.Pool({ connectionString: databaseUrl });
    const client = await pool.connect();
    await runMigrations(client);
    client.release();
    await pool.end();
    const rows: Record<string, string | number>[] = [];
    for (const way of WAYS) {
      rows.push(...(await measureAll({ way, prefix, databaseUrl })));
    }
    console.table(rows);
  } finally {
    await database.drop();
  }
}

async function measureAll(order: Order) {
  const child = fork(import.meta.filename, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(order);
  await once(child, 'message');
  const carrier = await open(order);
  await pause(1_000);
  const rows: Record<string, string | number>[] = [];
  for (const rate of RATES) {
    const row = await measure(order, rate, carrier, child);
    console.error(JSON.stringify(row));
    rows.push(row);
  }
  await carrier.close();
  child.send('end');
  await once(child, 'exit');
  return rows;
}

async function measure({ way, databaseUrl }: Order, rate: number, carrier: Carrier, child: ChildProcess) {
  const before = await serverWork(way, databaseUrl);
  const cpu = process.cpuUsage();
  const total = rate * SECONDS;
  const start = performance.now();
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.ceil(((performance.now() - start) / 1_000) * rate));
    for (; sent < due; sent++) carrier.send(`${sent}-${performance.timeOrigin + performance.now()}`);
    await pause(1);
  }
  await pause(1_500);
  const used = process.cpuUsage(cpu);
  const after = await serverWork(way, databaseUrl);
  child.send('report');
  const [{ latencies, heard }] = (await once(child, 'message')) as [Heard];
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((latencies[Math.floor(latencies.length * share)] ?? Number.NaN).toFixed(2));
  return {
    way,
    'hints/s': rate,
    heard: `${heard} of ${total}`,
    'p50 ms': at(0.5),
    'p99 ms': at(0.99),
    'sender µs/hint': Math.round((used.user + used.system) / total),
    [way.endsWith('redis') ? 'Redis ms/s' : 'commits/s']: Math.round((after - before) / SECONDS),
  };
}

async function listenUntilAsked(): Promise<void> {
  const [order] = (await once(process, 'message')) as [Order];
  const carrier = await open(order);
  let latencies: number[] = [];
  carrier.listen((hint) => {
    latencies.push(performance.timeOrigin + performance.now() - Number(hint.split('-')[1]));
  });
  process.on('message', (message) => {
    if (message === 'report') {
      process.send?.({ latencies, heard: latencies.length } satisfies Heard);
      latencies = [];
    } else if (message === 'end') void carrier.close().then(() => process.exit(0));
  });
  await pause(500);
  process.send?.('ready');
}

async function open({ way, prefix, databaseUrl }: Order): Promise<Carrier> {
  if (way === 'redis' || way === 'postgres') return openOwn(way, prefix, databaseUrl);
  const { Relay, createPostgresRelayBackend } = await import('bullmq');
  const relay =
    way === 'bullmq-redis'
      ? new Relay({ namespace: prefix, prefix, connection: { url: REDIS_URL } })
      : new Relay({
          namespace: prefix,
          connection: { connectionString: databaseUrl },
          backend: createPostgresRelayBackend,
        });
  relay.on('error', (error: Error) => console.error(way, error.message));
  await relay.waitUntilReady();
  return {
    send: (hint) => void relay.publish('hints', hint).catch((error: unknown) => console.error(way, String(error))),
    listen: (onHint) => void relay.subscribe<string>('hints', ({ data }) => onHint(data)),
    close: () => relay.close(),
  };
}

/** Over the built service's own relay: hints with a text of their own each, so that none is joined with another. */
async function openOwn(backend: 'redis' | 'postgres', prefix: string, databaseUrl: string): Promise<Carrier> {
  const { openChannel } = await built<typeof OpenChannel>('open-channel.js');
  const { ChannelRelay } = await built<typeof ChannelRelays>('channel-relay.js');
  const url = backend === 'redis' ? REDIS_URL : databaseUrl;
  const relay = new ChannelRelay(await openChannel({ backend, url, prefix }));
  relay.start();
  return {
    send: (hint) => relay.publish({ kind: 'key', keyId: hint }),
    listen: (onHint) => {
      relay.hints$.subscribe((hint) => {
        if (hint.kind === 'key') onHint(hint.keyId);
      });
    },
    close: () => relay.stop(),
  };
}

/** Processor time of Redis in milliseconds; of PostgreSQL the commits. */
async function serverWork(way: Way, databaseUrl: string): Promise<number> {
  if (way.endsWith('redis')) {
    const redis = new Redis(REDIS_URL);
    const info = await redis.info('cpu');
    await redis.quit();
    const seconds = ['used_cpu_sys', 'used_cpu_user'].map((name) =>
      Number(new RegExp(`${name}:([0-9.]+)`).exec(info)?.[1]),
    );
    return seconds.reduce((sum, value) => sum + value, 0) * 1_000;
  }
  const [row] = await onPostgres<{ commits: string }>(
    databaseUrl,
    'SELECT xact_commit AS commits FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(row?.commits);
}

async function built<Module>(file: string): Promise<Module> {
  return (await import(new URL(`../dist/events/transport/${file}`, import.meta.url).href)) as Module;
}
