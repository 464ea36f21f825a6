import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { closedLoop } from '../closed-loop.ts';
import type { Figures, Limits } from '../figures.ts';
import { bareNest } from './bare-nest-process.ts';

const POSTS = 15_000;
const IN_FLIGHT = 64;
const COMMITS = 2_000;
const GROUPED_COMMITS = 800;
const ROWS_PER_GROUP = 100;

/** Measures what the machine can do, so that every other figure can be read as a part of it. */
export async function measureLimits(): Promise<Limits> {
  const posts = await measurePosts();
  const { commits, rows } = measureCommits();
  return { posts, commits, rows };
}

export function limitRows({ posts, commits, rows }: Limits): Figures[] {
  return [
    {
      id: 'limit',
      workload: 'posts: a bare Nest POST, 64 in flight',
      throughput: { value: posts, unit: 'requests/s' },
    },
    { id: 'limit', workload: 'commits: SQLite FULL, one row each', throughput: { value: commits, unit: 'commits/s' } },
    { id: 'limit', workload: 'rows: SQLite FULL, commits of 100', throughput: { value: rows, unit: 'rows/s' } },
  ];
}

async function measurePosts(): Promise<number> {
  const bare = await bareNest();
  try {
    const connections = await Promise.all(Array.from({ length: IN_FLIGHT }, () => bare.connect()));
    const post = async (caller: number): Promise<void> => {
      await connections[caller]?.request({ method: 'POST', path: '/runs', body: '{"graph_id":"g","input":{"x":1}}' });
    };
    await closedLoop({ inFlight: IN_FLIGHT, total: POSTS / 5 }, post);
    const { perSec } = await closedLoop({ inFlight: IN_FLIGHT, total: POSTS }, post);
    for (const connection of connections) connection.close();
    return perSec;
  } finally {
    bare.stop();
  }
}

function measureCommits(): Pick<Limits, 'commits' | 'rows'> {
  const folder = mkdtempSync(join(tmpdir(), 'wand-limits-'));
  const database = new Database(join(folder, 'limits.db'));
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.exec('CREATE TABLE entries (run_id TEXT, seq INTEGER, data TEXT, PRIMARY KEY (run_id, seq))');
    const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?)');
    const data = 'x'.repeat(100);
    let seq = 0;
    const commit = database.transaction((rows: number) => {
      for (let row = 0; row < rows; row++) insert.run('r_00000000000000000000000000', ++seq, data);
    });
    const perSec = (times: number, rows: number): number => {
      const startedAt = performance.now();
      for (let time = 0; time < times; time++) commit(rows);
      return times / ((performance.now() - startedAt) / 1_000);
    };
    perSec(COMMITS / 10, 1);
    return { commits: perSec(COMMITS, 1), rows: perSec(GROUPED_COMMITS, ROWS_PER_GROUP) * ROWS_PER_GROUP };
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
