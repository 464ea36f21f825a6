/**
 * An experiment: does a thread of its own for the writing connection beat writing on the main thread?
 * `npm run bench:writer`. The main thread does as much work per run as the service does (measured there), each run makes
 * five commits one after another, and whatever is ready shares a commit. bench/README.md has what came out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { closedLoop } from './closed-loop.ts';
import { percentile } from './figures.ts';

/** Rows of one append: how often it inserts an entry, after one update of the run. */
type Append = readonly [runId: string, seq: number];

const ENTRIES = 2;
const COMMITS_PER_RUN = 5;
const DATA = 'x'.repeat(120);
const STEP_US = 12;

class Store {
  private readonly commit: (appends: readonly Append[]) => void;
  private readonly database: Database.Database;

  constructor(path: string) {
    this.database = new Database(path);
    this.database.pragma('journal_mode = WAL');
    this.database.pragma('synchronous = FULL');
    this.database.exec('CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, seq INTEGER, data TEXT)');
    this.database.exec(
      'CREATE TABLE IF NOT EXISTS entries (run_id TEXT, seq INTEGER, data TEXT, PRIMARY KEY (run_id, seq))',
    );
    const run = this.database.prepare(
      'INSERT INTO runs VALUES (?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET seq = excluded.seq',
    );
    const entry = this.database.prepare('INSERT INTO entries VALUES (?, ?, ?)');
    this.commit = this.database.transaction((appends: readonly Append[]) => {
      for (const [runId, seq] of appends) {
        run.run(runId, seq, DATA);
        for (let offset = 0; offset < ENTRIES; offset++) entry.run(runId, seq + offset, DATA);
      }
    });
  }

  write(appends: readonly Append[]): void {
    this.commit(appends);
  }

  close(): void {
    this.database.close();
  }
}

interface Writer {
  write(appends: readonly Append[]): Promise<void>;
  close(): Promise<void>;
}

function onMainThread(path: string): Writer {
  const store = new Store(path);
  return { write: async (appends) => store.write(appends), close: async () => store.close() };
}

function onThread(path: string): Writer {
  const worker = new Worker(new URL(import.meta.url), { workerData: path });
  return {
    write: (appends) =>
      new Promise((resolve) => {
        worker.once('message', () => resolve());
        worker.postMessage(appends);
      }),
    close: async () => void (await worker.terminate()),
  };
}

/** Collects what comes in while a commit is under way into the next one. */
class Group {
  private waiting: { readonly append: Append; readonly resolve: () => void }[] = [];
  private isWriting = false;
  private readonly writer: Writer;

  constructor(writer: Writer) {
    this.writer = writer;
  }

  append(append: Append): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ append, resolve });
      if (!this.isWriting) this.begin();
    });
  }

  private begin(): void {
    this.isWriting = true;
    setImmediate(() => void this.flush());
  }

  private async flush(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    await this.writer.write(batch.map(({ append }) => append));
    this.isWriting = false;
    for (const { resolve } of batch) resolve();
    if (this.waiting.length > 0 && !this.isWriting) this.begin();
  }
}

function work(microseconds: number): void {
  const until = performance.now() + microseconds / 1_000;
  while (performance.now() < until);
}

async function measure(create: (path: string) => Writer, inFlight: number, requestUs: number) {
  const folder = mkdtempSync(join(tmpdir(), 'wand-writer-'));
  const writer = create(join(folder, 'writer.db'));
  const group = new Group(writer);
  let runs = 0;
  const cpu = process.cpuUsage();
  const total = inFlight === 1 ? 1_000 : 6_000;
  const { perSec, latencies } = await closedLoop({ inFlight, total }, async () => {
    const runId = `r_${String(++runs).padStart(26, '0')}`;
    work(requestUs);
    for (let commit = 0; commit < COMMITS_PER_RUN; commit++) {
      await group.append([runId, commit * ENTRIES]);
      work(STEP_US);
    }
  });
  const { user, system } = process.cpuUsage(cpu);
  await writer.close();
  rmSync(folder, { recursive: true, force: true });
  return {
    'runs/s': Math.round(perSec),
    'p50 ms': percentile(latencies, 0.5).toFixed(2),
    'p99 ms': percentile(latencies, 0.99).toFixed(2),
    'cpu ms / run': ((user + system) / 1_000 / total).toFixed(3),
  };
}

if (isMainThread) {
  const rows: object[] = [];
  const loads = [
    [64, 10, 'in-process'],
    [64, 200, 'with HTTP'],
    [1, 200, 'with HTTP'],
  ] as const;
  for (const [inFlight, requestUs, kind] of [...loads, ...loads]) {
    rows.push({ writer: 'main thread', kind, inFlight, ...(await measure(onMainThread, inFlight, requestUs)) });
    rows.push({ writer: 'own thread', kind, inFlight, ...(await measure(onThread, inFlight, requestUs)) });
  }
  console.table(rows);
} else {
  const store = new Store(String(workerData));
  parentPort?.on('message', (appends: readonly Append[]) => {
    store.write(appends);
    parentPort?.postMessage('done');
  });
}
