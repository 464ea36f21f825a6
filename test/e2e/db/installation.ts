import { randomBytes, createHash } from 'node:crypto';
import BetterSqlite3 from 'better-sqlite3';
import { CHART_GRAPH, ECHO_GRAPH, FAILING_GRAPH, SLOW_GRAPH } from '../cli-graphs.js';
import { type BuiltProcess, CLI_KEY } from '../cli-process.js';

/** An artifact as large as the default packets of a server let it be, about. */
const LARGE_BYTES = 5_000_000;

/** `'`, `"`, `\`, a line end and a character of four bytes: what could suffer on its way. */
const HARD_TEXT = `it's "quoted" \\ and\n\u{1F600} \u00e9`;

/** What a test knows of the installation that it made. */
export interface Installation {
  /** Runs that have ended, in SUCCESS, FAILED and CANCELLED, one of them a retry. */
  readonly ended: readonly string[];
  readonly unfinished: string;
}

/** Anything that a service answers. */
export type Answers = Readonly<Record<string, unknown>>;

/** Calls a service with a key of its own. */
export class Caller {
  constructor(
    private readonly url: string,
    private readonly key = CLI_KEY,
  ) {}

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { 'X-API-Key': this.key, 'Content-Type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  async id(method: string, path: string, name: string, body?: unknown, headers?: Record<string, string>) {
    return String(((await this.call(method, path, body, headers)) as Record<string, unknown>)[name]);
  }

  async bytes(path: string): Promise<string> {
    const answer = await fetch(this.url + path, { headers: { 'X-API-Key': this.key } });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return createHash('sha256')
      .update(Buffer.from(await answer.arrayBuffer()))
      .digest('hex');
  }
}

/** Runs of every kind, with labels, retries, files and a key for idempotence, made over HTTP. */
export async function fillInstallation(url: string): Promise<Installation> {
  const caller = new Caller(url);
  const graph = (definition: object) => caller.id('POST', '/graphs', 'graph_id', definition);
  const [echo, chart, failing, slow] = [
    await graph({ ...ECHO_GRAPH, name: HARD_TEXT.replace('\n', ' ') }),
    await graph(CHART_GRAPH),
    await graph(FAILING_GRAPH),
    await graph(SLOW_GRAPH),
  ];
  const labels = { team: 'd\u00e4ta \u{1F680}', tier: '1' };
  const run = (graphId: string, rest: object = {}, wait = '?wait=20', headers = {}) =>
    caller.id('POST', `/runs${wait}`, 'run_id', { graph_id: graphId, ...rest }, headers);
  const said = await run(echo, { input: { name: HARD_TEXT }, labels }, '?wait=20', { 'Idempotency-Key': 'once' });
  const drawn = await run(chart, { input: { series: [1, 2, 3] } });
  const failed = await run(failing);
  const retried = await caller.id('POST', `/runs/${said}/retry`, 'run_id', { from: ['say'] });
  const cancelled = await run(slow, {}, '');
  await caller.call('POST', `/runs/${cancelled}/cancel`);
  const unfinished = await run(slow, { labels }, '');
  const ended = [said, drawn, failed, retried, cancelled];
  for (const id of ended) await hasEnded(caller, id);
  return { ended, unfinished };
}

async function hasEnded(caller: Caller, runId: string): Promise<void> {
  for (;;) {
    const { status } = (await caller.call('GET', `/runs/${runId}?wait=20`)) as Record<string, unknown>;
    if (status !== 'RUNNING' && status !== 'QUEUED' && status !== 'PENDING') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A large file of a run, random bytes, and many rows of journals: more than one transaction of a copy takes. */
export function enlarge(file: string, { ended: [runId = ''] }: Installation, runs: number): void {
  const database = new BetterSqlite3(file);
  const body = randomBytes(LARGE_BYTES);
  const artifact = database.prepare(
    `INSERT INTO artifacts SELECT run_id, ?, 'say', 'application/octet-stream', ?, ?, created_at, ? FROM runs WHERE run_id = ?`,
  );
  artifact.run('large.bin', body.length, createHash('sha256').update(body).digest('hex'), body, runId);
  const columns = (database.pragma('table_info(runs)') as { name: string }[]).map(({ name }) => `"${name}"`);
  const clone = database.prepare(
    `INSERT INTO runs (${columns.join(', ')}) SELECT ${columns.map((name) => (name === '"run_id"' ? '?' : name)).join(', ')} FROM runs WHERE run_id = ?`,
  );
  const event = database.prepare(
    `INSERT INTO run_events SELECT ?, seq, ts, type, lvl, msg, node_id, attempt, progress, data FROM run_events WHERE run_id = ?`,
  );
  database.transaction(() => {
    for (let index = 0; index < runs; index++) {
      const id = `r_${String(index).padStart(26, '0')}`;
      clone.run(id, runId);
      event.run(id, runId);
    }
  })();
  database.close();
}

/** All that a service says of the runs that have ended, with its files. */
export async function answersOf(service: { readonly url: string; readonly key?: string }, { ended }: Installation) {
  const caller = new Caller(service.url, service.key);
  const answers: Record<string, unknown> = { graphs: await caller.call('GET', '/graphs') };
  for (const id of ended) {
    answers[id] = await caller.call('GET', `/runs/${id}`);
    answers[`${id} logs`] = await caller.call('GET', `/runs/${id}/logs`);
    answers[`${id} journal`] = await caller.bytes(`/runs/${id}/journal.ndjson`);
    const { items } = (await caller.call('GET', `/runs/${id}/artifacts`)) as { items: { name: string }[] };
    for (const { name } of items) {
      answers[`${id} ${name}`] = await caller.bytes(`/runs/${id}/artifacts/${encodeURIComponent(name)}`);
    }
  }
  return answers as Answers;
}

/** The address of a service that was started on any database. */
export async function listening(service: BuiltProcess): Promise<string> {
  const [, port] = await service.written(/listens on \S+:(\d+)/);
  return `http://127.0.0.1:${String(port)}`;
}
