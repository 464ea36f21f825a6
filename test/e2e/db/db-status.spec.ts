import { existsSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { DATABASE_SERVERS, type ServerTestDatabase } from '../../support/server-databases.js';
import { describeWith } from '../../support/services.js';
import { CLI_KEY, useBuiltPrograms } from '../cli-process.js';
import { fillInstallation } from './installation.js';

interface Status {
  readonly server: string | null;
  readonly schema: { readonly state: string; readonly pending: readonly string[] };
  readonly owner: { readonly owner: string; readonly isAlive: boolean } | null;
  readonly runs: Readonly<Record<string, number>>;
  readonly events: number;
  readonly bytes: number;
}

describe('wand db status and migrate', () => {
  const programs = useBuiltPrograms();
  const at = (name: string): string => join(programs.folder(), name);
  const statusOf = async (url: string): Promise<{ code: number | null; status: Status }> => {
    const { code, stdout, stderr } = await programs.wand(['db', 'status', '--json'], { DATABASE__URL: url });
    if (stdout === '') throw new Error(stderr);
    return { code, status: JSON.parse(stdout) as Status };
  };
  const migrate = (url: string) =>
    programs.wand(['db', 'migrate', '--json'], { DATABASE__URL: url, ENVIRONMENT: 'production' });

  it('tells who runs on a SQLite database and what it holds', async () => {
    const { url, service } = await programs.serve();
    await fillInstallation(url);
    const { code, status } = await statusOf(`sqlite:///${at('wand.db')}`);
    expect(code).toBe(0);
    expect(status).toMatchObject({
      server: expect.stringMatching(/^SQLite \d/) as unknown,
      schema: { state: 'current', pending: [] },
      owner: { owner: expect.stringMatching(/^\d+ on \S+$/) as unknown, isAlive: true },
      runs: { SUCCESS: 3, FAILED: 1, CANCELLED: 1, RUNNING: 1 },
    });
    const database = new BetterSqlite3(at('wand.db'), { readonly: true });
    expect(status.events).toBe(database.prepare('SELECT count(*) FROM run_events').pluck().get());
    database.close();
    service.kill('SIGKILL');
    await service.ended;
    expect((await statusOf(`sqlite:///${at('wand.db')}`)).status.owner).toMatchObject({ isAlive: false });
  }, 60_000);

  it('makes no file; a service that checks refuses until wand db migrate has run', async () => {
    const url = `sqlite:///${at('new.db')}`;
    const { code, status } = await statusOf(url);
    expect([code, status.schema.state, existsSync(at('new.db'))]).toEqual([2, 'missing', false]);
    const serve = () =>
      programs.start('main.js', [], {
        DATABASE__URL: url,
        DATABASE__MIGRATE: 'check',
        SECURITY__API_KEY: CLI_KEY,
        HOST: '127.0.0.1',
        PORT: '0',
        MONITORING__METRICS_PORT: '0',
      });
    const refused = await serve().ended;
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/run `wand db migrate`/)]);
    expect((await statusOf(url)).code).toBe(2);
    expect(JSON.parse((await migrate(url)).stdout)).toMatchObject({ applied: status.schema.pending });
    expect(JSON.parse((await migrate(url)).stdout)).toMatchObject({ applied: [] });
    await serve().written(/listens on/);
  }, 60_000);

  it('says that a newer program has migrated the database', async () => {
    const url = `sqlite:///${at('newer.db')}`;
    await migrate(url);
    const database = new BetterSqlite3(at('newer.db'));
    database.exec(
      `INSERT INTO schema_migrations ("timestamp", "name") VALUES (1999999999999, 'FromTheFuture1999999999999')`,
    );
    database.close();
    const { code, status } = await statusOf(url);
    expect([code, status.schema]).toMatchObject([3, { state: 'newer', version: 'FromTheFuture1999999999999' }]);
    expect(await migrate(url)).toMatchObject({ code: 1, stderr: expect.stringContaining('FromTheFuture') as unknown });
  });

  it('says that a server cannot be reached, without the password', async () => {
    for (const scheme of ['postgres', 'mysql']) {
      const url = `${scheme}://wand:hunter2secret@127.0.0.1:9/wand`;
      const { code, stderr } = await programs.wand(['db', 'status'], { DATABASE__URL: url });
      expect([code, stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED')]);
      expect(stderr).not.toContain('hunter2secret');
    }
  });

  for (const { server, serverUrl, create } of DATABASE_SERVERS) {
    describeWith(server, serverUrl, `on ${server}`, () => {
      let database: ServerTestDatabase;
      beforeEach(async () => {
        database = await create();
      });
      afterEach(() => database.drop());

      it('tells what is pending, and one of several commands migrates', async () => {
        const before = await statusOf(database.url);
        expect([before.code, before.status]).toMatchObject([
          2,
          { schema: { state: 'pending' }, runs: {}, owner: null },
        ]);
        const commands = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
        const applied = commands.map(({ stdout }) => (JSON.parse(stdout) as { applied: string[] }).applied);
        expect(applied.filter((names) => names.length > 0)).toEqual([before.status.schema.pending]);
        const after = await statusOf(database.url);
        expect([after.code, after.status]).toMatchObject([0, { schema: { state: 'current' } }]);
        // Both are what `MARIADB_URL` may name.
        const names = server === 'MariaDB' ? 'MariaDB|MySQL' : server;
        expect(after.status.server).toMatch(new RegExp(`^(${names}) \\d`));
        expect(after.status.bytes).toBeGreaterThan(0);
      }, 60_000);
    });
  }
});
