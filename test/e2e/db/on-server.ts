import { createConnection } from 'mysql2/promise';
import pg from 'pg';

/** Runs statements on a server, as somebody else than the program; the rows of each. */
export async function onServer(url: string, statements: readonly string[]): Promise<unknown[][]> {
  if (url.startsWith('postgres')) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const answers: unknown[][] = [];
      for (const sql of statements) answers.push((await client.query<object>(sql)).rows);
      return answers;
    } finally {
      await client.end();
    }
  }
  const connection = await createConnection(url);
  try {
    const answers: unknown[][] = [];
    for (const sql of statements) {
      const [rows] = await connection.query(sql);
      answers.push(Array.isArray(rows) ? rows : []);
    }
    return answers;
  } finally {
    await connection.end();
  }
}
