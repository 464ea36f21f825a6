import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { DATABASE_SERVERS, type ServerTestDatabase } from '../../support/server-databases.js';
import { describeWith } from '../../support/services.js';
import { waitFor } from '../../support/wait-for.js';
import { onServer } from './on-server.js';
import { type FinishedProcess, CLI_KEY, useBuiltPrograms } from '../cli-process.js';
import { Caller, type Installation, answersOf, enlarge, fillInstallation, listening } from './installation.js';

const CLONES = 3_000;

interface Report {
  readonly isSame: boolean;
  readonly resumed: boolean;
  readonly copiedRows: number;
  readonly replacedTexts: number;
  readonly tables: readonly {
    readonly table: string;
    readonly source: { readonly rows: number; readonly sha256: string };
    readonly differences: readonly unknown[];
  }[];
}

const reportOf = ({ code, stdout, stderr }: FinishedProcess): Report => {
  if (stdout === '') throw new Error(`ended with ${String(code)}: ${stderr}`);
  return JSON.parse(stdout) as Report;
};
const digestsOf = ({ tables }: Report) => Object.fromEntries(tables.map(({ table, source }) => [table, source]));

describe('wand db copy', () => {
  const programs = useBuiltPrograms();
  const sqlite = (name: string): string => `sqlite:///${join(programs.folder(), name)}`;
  const copy = (from: string, to: string, ...flags: string[]): Promise<FinishedProcess> =>
    programs.wand(['db', 'copy', '--json', ...flags], { WAND_COPY_FROM_URL: from, WAND_COPY_TO_URL: to });
  const serveOn = async (url: string): Promise<string> =>
    listening(
      programs.start('main.js', [], {
        HOST: '127.0.0.1',
        PORT: '0',
        SECURITY__API_KEY: CLI_KEY,
        MONITORING__METRICS_PORT: '0',
        SECURITY__RATE_LIMIT_PER_MINUTE: '0',
        DATABASE__URL: url,
      }),
    );

  /** `wand.db`, whose service has been killed. */
  async function made(clones = 0): Promise<{ installation: Installation; key: string }> {
    const { url, service } = await programs.serve();
    const installation = await fillInstallation(url);
    service.kill('SIGKILL');
    await service.ended;
    const created = await programs.wand(['keys', 'create', '--name', 'moved', '--scope', 'admin'], {
      DATABASE__URL: sqlite('wand.db'),
    });
    enlarge(join(programs.folder(), 'wand.db'), installation, clones);
    return { installation, key: created.stdout.trim() };
  }

  it('refuses what is no target, and changes nothing', async () => {
    await programs.wand(['db', 'migrate'], { DATABASE__URL: sqlite('wand.db') });
    const faultOf = async (to: string): Promise<string> => (await copy(sqlite('wand.db'), to)).stderr;
    expect(await faultOf(sqlite('wand.db'))).toContain('are the same database');
    expect(await faultOf('sqlite::memory:')).toContain('--to: a database in memory');
    expect(await faultOf('redis://127.0.0.1/1')).toContain('--to: redis is not known');
    expect(await faultOf('postgres://wand:hunter2secret@127.0.0.1:9/wand')).toMatch(/--to: cannot open .*ECONNREFUSED/);
    expect(await faultOf('postgres://wand:hunter2secret@127.0.0.1:9/wand')).not.toContain('hunter2secret');
    expect((await copy(sqlite('none.db'), sqlite('new.db'))).stderr).toContain('--from: there is no database at');
    expect(existsSync(join(programs.folder(), 'new.db'))).toBe(false);
  });

  it('takes URLs from files, and warns of a password among the arguments', async () => {
    await programs.wand(['db', 'migrate'], { DATABASE__URL: sqlite('wand.db') });
    writeFileSync(join(programs.folder(), 'to'), `${sqlite('b.db')}\n`);
    const copied = await programs.wand(['db', 'copy', '--json', '--to-file', 'to', '--from', sqlite('wand.db')]);
    expect([copied.code, reportOf(copied).isSame]).toEqual([0, true]);
    const told = await programs.wand(['db', 'copy', '--to', 'postgres://a:hunter2secret@127.0.0.1:9/b'], {
      DATABASE__URL: sqlite('wand.db'),
    });
    expect(told.stderr).toContain('--to holds a password');
    expect(told.stderr).not.toContain('hunter2secret');
  });

  it('leaves a database alone that a service runs on, and says which', async () => {
    await programs.serve();
    const refused = await copy(sqlite('wand.db'), sqlite('b.db'));
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/--from: the process \d+ on \S+ runs on/),
    ]);
    await programs.wand(['db', 'migrate'], { DATABASE__URL: sqlite('b.db') });
    expect((await copy(sqlite('b.db'), sqlite('wand.db'))).stderr).toMatch(/--to: the process \d+ on \S+ runs on/);
  });

  it('leaves a database alone that holds something else', async () => {
    const { installation } = await made();
    expect((await copy(sqlite('wand.db'), sqlite('b.db'))).code).toBe(0);
    const again = await copy(sqlite('wand.db'), sqlite('b.db'));
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('holds rows already (in graphs)')]);
    expect(await answersOf({ url: await serveOn(sqlite('b.db')) }, installation)).toBeDefined();
  });

  it('stops at a text that not every database takes, names its row, and replaces it where that is asked for', async () => {
    const { installation } = await made();
    const [runId = ''] = installation.ended;
    const database = new BetterSqlite3(join(programs.folder(), 'wand.db'));
    database.prepare(`UPDATE run_events SET msg = ? WHERE run_id = ? AND seq = 2`).run('a\0b', runId);
    database.close();
    const stopped = await copy(sqlite('wand.db'), sqlite('b.db'));
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain(`run_events with run_id "${runId}", seq 2: msg holds NUL`);
    const replaced = reportOf(await copy(sqlite('wand.db'), sqlite('b.db'), '--replace-invalid-text'));
    expect(replaced).toMatchObject({ isSame: true, replacedTexts: 1 });
    const copied = new BetterSqlite3(join(programs.folder(), 'b.db'));
    const text = copied.prepare('SELECT msg FROM run_events WHERE run_id = ? AND seq = 2').pluck().get(runId);
    copied.close();
    expect(text).toBe('a\uFFFDb');
  });

  for (const { server, serverUrl, create } of DATABASE_SERVERS) {
    describeWith(server, serverUrl, `to and from ${server}`, () => {
      let database: ServerTestDatabase;
      beforeEach(async () => {
        database = await create();
      });
      afterEach(() => database.drop());

      it('moves everything there and back; a service on either goes on with what is unfinished', async () => {
        const { installation, key } = await made(CLONES);
        const there = reportOf(await copy(sqlite('wand.db'), database.url));
        const back = reportOf(await copy(database.url, sqlite('back.db')));
        expect([there.isSame, back.isSame]).toEqual([true, true]);
        expect(digestsOf(back)).toEqual(digestsOf(there));
        expect(Object.values(digestsOf(there)).filter(({ rows }) => rows === 0)).toEqual([]);

        const source = await answersOf({ url: await serveOn(sqlite('wand.db')) }, installation);
        for (const url of [database.url, sqlite('back.db')]) {
          const moved = await serveOn(url);
          expect(await answersOf({ url: moved, key }, installation)).toEqual(source);
          const caller = new Caller(moved);
          const becomes = (status: string) =>
            waitFor(`the unfinished run to be ${status}`, async () => {
              const run = (await caller.call('GET', `/runs/${installation.unfinished}`)) as { status: string };
              return run.status === status;
            });
          await becomes('RUNNING');
          await caller.call('POST', `/runs/${installation.unfinished}/cancel`);
          await becomes('CANCELLED');
        }
      }, 180_000);

      it('goes on where a killed copy was, and lets nobody start on half of it', async () => {
        await made(CLONES);
        const env = { WAND_COPY_FROM_URL: sqlite('wand.db'), WAND_COPY_TO_URL: database.url };
        const killed = programs.start('cli/wand.js', ['db', 'copy', '--batch', '50'], env);
        const isHalfDone = async (): Promise<boolean> => (await copiedEvents(database.url)) > 0;
        await waitFor('the copy to be half done', isHalfDone, 60_000);
        killed.kill('SIGKILL');
        await killed.ended;

        const status = await programs.wand(['db', 'status', '--json'], { DATABASE__URL: database.url });
        expect([status.code, JSON.parse(status.stdout)]).toMatchObject([3, { schema: { state: 'incomplete' } }]);
        const refused = await programs.start('main.js', [], { DATABASE__URL: database.url, SECURITY__API_KEY: CLI_KEY })
          .ended;
        expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('a copy that is not complete')]);
        await programs.wand(['db', 'migrate'], { DATABASE__URL: sqlite('other.db') });
        expect((await copy(sqlite('other.db'), database.url)).stderr).toContain('unfinished copy of sqlite:///');

        const resumed = reportOf(await copy(sqlite('wand.db'), database.url));
        expect(resumed).toMatchObject({ resumed: true, isSame: true });
        const all = resumed.tables.reduce((sum, { source }) => sum + source.rows, 0);
        expect(resumed.copiedRows).toBeGreaterThan(0);
        expect(resumed.copiedRows).toBeLessThan(all);
        expect((await programs.wand(['db', 'status'], { DATABASE__URL: database.url })).code).toBe(0);
      }, 180_000);

      it('leaves a database alone that a fleet runs on, and names its processes', async () => {
        await programs.wand(['db', 'migrate'], { DATABASE__URL: database.url });
        await programs.wand(['db', 'migrate'], { DATABASE__URL: sqlite('wand.db') });
        const now = database.url.startsWith('mysql')
          ? 'FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000)'
          : 'CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)';
        const member = (id: string, silentMs: number): string =>
          `INSERT INTO fleet_members (member_id, role, version, started_at, heartbeat_at, live_runs) VALUES ('${id}', 'worker', '1', 1, ${now} - ${silentMs}, 0)`;
        await onServer(database.url, [member('elsewhere:77:a', 1_000), member('gone:78:b', 3_600_000)]);
        const fault = /a fleet runs on the database: stop 77 on elsewhere \(worker\) first/;
        expect((await copy(sqlite('wand.db'), database.url)).stderr).toMatch(fault);
        expect((await copy(database.url, sqlite('b.db'))).stderr).toMatch(fault);
        const status = await programs.wand(['db', 'status', '--json'], { DATABASE__URL: database.url });
        expect(JSON.parse(status.stdout)).toMatchObject({
          owner: null,
          members: [
            { process: '77 on elsewhere', role: 'worker', isAlive: true },
            { process: '78 on gone', isAlive: false },
          ],
        });
      }, 60_000);

      it('finds a changed byte, a missing row and one too many, and names them', async () => {
        const { installation } = await made(20);
        const [runId = ''] = installation.ended;
        expect((await copy(sqlite('wand.db'), database.url)).code).toBe(0);
        await onServer(database.url, [
          `UPDATE run_events SET msg = 'other' WHERE run_id = '${runId}' AND seq = 1`,
          `DELETE FROM run_events WHERE run_id = '${runId}' AND seq IN (3, 4)`,
          `INSERT INTO idempotency_keys (scope, ${database.url.startsWith('mysql') ? '`key`' : '"key"'}, request_hash, status, created_at, body) VALUES ('a', 'b', '', 1, 1, '')`,
        ]);
        const compared = await copy(sqlite('wand.db'), database.url, '--verify-only');
        expect(compared.code).toBe(1);
        const differing = reportOf(compared).tables.filter(({ differences }) => differences.length > 0);
        expect(differing.map(({ table, differences }) => ({ table, differences }))).toEqual([
          {
            table: 'run_events',
            differences: [
              { kind: 'changed', rows: 1, first: `run_id "${runId}", seq 1`, last: `run_id "${runId}", seq 1` },
              { kind: 'missing', rows: 2, first: `run_id "${runId}", seq 3`, last: `run_id "${runId}", seq 4` },
            ],
          },
          {
            table: 'idempotency_keys',
            differences: [{ kind: 'extra', rows: 1, first: 'scope "a", key "b"', last: 'scope "a", key "b"' }],
          },
        ]);
      }, 120_000);
    });
  }

  async function copiedEvents(url: string): Promise<number> {
    const [rows] = await onServer(url, [
      `SELECT row_count AS n FROM copy_progress WHERE table_name = 'run_events'`,
    ]).catch(() => [[]]);
    return Number((rows?.[0] as { n?: number | string } | undefined)?.n ?? 0);
  }
});
