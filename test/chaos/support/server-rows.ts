import pg from 'pg';
import { type EventRow, type FileRow, ROUND_LABEL, type Rows, type RunRow } from './evidence.js';

type Json<Row, Field extends keyof Row> = Omit<Row, Field> & { readonly [key in Field]: string };

/** What `readRows` reads, from a database of PostgreSQL. */
export async function readServerRows(url: string, round: string): Promise<Rows> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const wanted = `"deleted_at" IS NULL AND "labels"::json ->> '${ROUND_LABEL}' = $1`;
    const ofRuns = `WHERE "run_id" IN (SELECT "run_id" FROM "runs" WHERE ${wanted})`;
    const { rows: runs } = await client.query<Json<RunRow, 'labels'>>(
      `SELECT "run_id", "status", "progress", "last_seq", "epoch", "labels", "finished_at"::float8 FROM "runs" WHERE ${wanted}`,
      [round],
    );
    const { rows: events } = await client.query<EventRow & { readonly data: string | null }>(
      `SELECT "run_id", "seq", "ts"::float8, "type", "node_id", "attempt", "progress", "data" FROM "run_events" ${ofRuns}
       ORDER BY "run_id", "seq"`,
      [round],
    );
    const { rows: files } = await client.query<FileRow>(
      `SELECT "run_id", "name", "bytes", "sha256", "body" FROM "artifacts" ${ofRuns}`,
      [round],
    );
    return {
      runs: runs.map((row) => ({ ...row, labels: JSON.parse(row.labels) as RunRow['labels'] })),
      events: events.map((row) => ({
        ...row,
        data: row.data === null ? null : (JSON.parse(row.data) as EventRow['data']),
      })),
      files,
    };
  } finally {
    await client.end();
  }
}
