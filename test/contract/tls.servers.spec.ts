import { parseDatabaseUrl } from '../../src/storage/database-url.js';
import { connectServer, serverDataSourceOptions } from '../../src/storage/server/index.js';
import { CertificateAuthority } from '../support/certificates.js';
import { postgresFolder } from '../support/postgres-binaries.js';
import { hasMariadbServer, PrivateMariadb } from '../support/private-mariadb.js';
import { PrivatePostgres } from '../support/private-postgres.js';
import { describeWithPrograms } from '../support/services.js';
import { SERVER_OPTIONS } from './server-storage.js';

const SECRET = 'not-to-be-told';

/** The first row of `sql` on a connection that `DATABASE__URL` describes. */
async function ask(url: string, sql: string): Promise<unknown> {
  const location = parseDatabaseUrl(url);
  if (location.kind !== 'server') throw new TypeError('the tests of servers need the URL of one');
  const dataSource = await connectServer(serverDataSourceOptions(location, { ...SERVER_OPTIONS, url }));
  try {
    return (await dataSource.query<readonly unknown[]>(sql))[0];
  } finally {
    await dataSource.destroy();
  }
}

const messageOf = (failed: Promise<unknown>): Promise<string> =>
  failed.then(
    () => 'it was opened',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );

/** With a password, which a server that trusts everybody does not ask for. */
function withParams(text: string, params: Readonly<Record<string, string>>, host = '127.0.0.1'): string {
  const url = new URL(text);
  url.password = SECRET;
  url.hostname = host;
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  return url.href;
}

describe('TLS to a database server', () => {
  let authority: CertificateAuthority;
  let stranger: CertificateAuthority;
  beforeAll(() => {
    authority = CertificateAuthority.create();
    stranger = CertificateAuthority.create();
  });
  afterAll(() => {
    authority.remove();
    stranger.remove();
  });

  describeWithPrograms(postgresFolder() === undefined ? 'PostgreSQL' : undefined, 'of PostgreSQL', () => {
    const IS_ENCRYPTED = 'SELECT ssl AS "isEncrypted" FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    let server: PrivatePostgres;
    let plain: PrivatePostgres;
    const url = (params: Readonly<Record<string, string>>, host?: string) => withParams(server.url(), params, host);
    beforeAll(async () => {
      server = await PrivatePostgres.start(authority.issue('IP:127.0.0.1'));
      plain = await PrivatePostgres.start();
    });
    afterAll(() => Promise.all([server.destroy(), plain.destroy()]));

    it('is not spoken unless it is asked for', async () => {
      expect(await ask(server.url(), IS_ENCRYPTED)).toEqual({ isEncrypted: false });
      expect(await ask(url({ sslmode: 'disable' }), IS_ENCRYPTED)).toEqual({ isEncrypted: false });
    });

    it.each(['require', 'verify-ca', 'verify-full'])('checks the certificate with sslmode=%s', async (sslmode) => {
      const known = url({ sslmode, sslrootcert: authority.file });
      expect(await ask(known, IS_ENCRYPTED)).toEqual({ isEncrypted: true });
      const unknown = await messageOf(ask(url({ sslmode, sslrootcert: stranger.file }), IS_ENCRYPTED));
      expect(unknown).toMatch(
        /^DatabaseOpenError: DATABASE__URL: cannot open the database: the certificate of its server is not trusted \(.+\)$/,
      );
      expect(unknown).not.toContain(SECRET);
      const elsewhere = await messageOf(ask(url({ sslmode, sslrootcert: authority.file }, 'localhost'), IS_ENCRYPTED));
      expect(elsewhere).toMatch(/DATABASE__URL: .+the certificate of its server is for another host/);
    });

    it('checks nothing with sslmode=no-verify', async () => {
      expect(await ask(url({ sslmode: 'no-verify' }), IS_ENCRYPTED)).toEqual({ isEncrypted: true });
    });

    it('is refused by a server that does not speak it', async () => {
      const message = await messageOf(ask(withParams(plain.url(), { sslmode: 'no-verify' }), IS_ENCRYPTED));
      expect(message).toMatch(/^DatabaseOpenError: DATABASE__URL: .+the server takes no TLS connections/);
    });

    it.each([
      [
        { sslmode: 'verify-full', sslrootcert: '/none/ca.pem' },
        /sslrootcert names a file that cannot be read \(ENOENT\)/,
      ],
      [{ sslmode: 'always' }, /sslmode takes disable, .*verify-full/],
    ])('says what is wrong with %j', async (params: Readonly<Record<string, string>>, what) => {
      const message = await messageOf(ask(url(params), IS_ENCRYPTED));
      expect(message).toMatch(/^DatabaseUrlError: DATABASE__URL: /);
      expect(message).toMatch(what);
      expect(message).not.toContain(SECRET);
    });
  });

  describeWithPrograms(hasMariadbServer() ? undefined : 'MariaDB', 'of MariaDB', () => {
    const CIPHER = `SELECT VARIABLE_VALUE <> '' AS isEncrypted FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'`;
    const NAMED = 'localhost';
    let server: PrivateMariadb;
    const url = (params: Readonly<Record<string, string>>, host?: string) => {
      const to = new URL(withParams(server.url(), params, host));
      to.username = 'wand';
      return to.href;
    };
    beforeAll(async () => {
      server = await PrivateMariadb.start(authority.issue(`DNS:${NAMED}`));
      await server.run(`CREATE USER wand IDENTIFIED BY '${SECRET}'`, 'GRANT ALL ON *.* TO wand');
    });
    afterAll(() => server.destroy());

    it('is not spoken unless it is asked for', async () => {
      expect(await ask(url({}), CIPHER)).toEqual({ isEncrypted: 0 });
      expect(await ask(url({ 'ssl-mode': 'DISABLED' }), CIPHER)).toEqual({ isEncrypted: 0 });
    });

    it('checks nothing with ssl-mode=REQUIRED', async () => {
      expect(await ask(url({ 'ssl-mode': 'REQUIRED' }), CIPHER)).toEqual({ isEncrypted: 1 });
    });

    it.each(['VERIFY_CA', 'VERIFY_IDENTITY'])('checks the certificate with ssl-mode=%s', async (mode) => {
      expect(await ask(url({ 'ssl-mode': mode, 'ssl-ca': authority.file }, NAMED), CIPHER)).toEqual({ isEncrypted: 1 });
      const wrong: Record<string, string>[] = [{ 'ssl-mode': mode, 'ssl-ca': stranger.file }, { 'ssl-mode': mode }];
      for (const params of wrong) {
        const message = await messageOf(ask(url(params, NAMED), CIPHER));
        expect(message).toMatch(
          /^DatabaseOpenError: DATABASE__URL: cannot open the database: the certificate of its server is not trusted \(.+\)$/,
        );
        expect(message).not.toContain(SECRET);
      }
    });

    it('checks the name of the host with VERIFY_IDENTITY alone', async () => {
      const other = await PrivateMariadb.start(authority.issue('DNS:elsewhere.test'));
      await other.run('CREATE USER wand', 'GRANT ALL ON *.* TO wand');
      const to = async (mode: string, host: string) => {
        const there = new URL(url({ 'ssl-mode': mode, 'ssl-ca': authority.file }, host));
        there.port = String(other.port);
        there.password = '';
        return ask(there.href, CIPHER);
      };
      try {
        expect(await to('VERIFY_CA', NAMED)).toEqual({ isEncrypted: 1 });
        expect(await messageOf(to('VERIFY_IDENTITY', NAMED))).toMatch(
          /the certificate of its server is for another host/,
        );
        expect(await messageOf(to('VERIFY_IDENTITY', '127.0.0.1'))).toMatch(
          /^DatabaseUrlError: DATABASE__URL: ssl-mode=VERIFY_IDENTITY checks the name of the host/,
        );
      } finally {
        await other.destroy();
      }
    });

    it('says that a file would not be looked at', async () => {
      const message = await messageOf(ask(url({ 'ssl-mode': 'REQUIRED', 'ssl-ca': authority.file }), CIPHER));
      expect(message).toMatch(/^DatabaseUrlError: DATABASE__URL: ssl-ca goes with an ssl-mode that checks it/);
    });

    it('says that a file cannot be read', async () => {
      const message = await messageOf(ask(url({ 'ssl-mode': 'VERIFY_CA', 'ssl-ca': '/none/ca.pem' }), CIPHER));
      expect(message).toMatch(/^DatabaseUrlError: DATABASE__URL: ssl-ca names a file that cannot be read \(ENOENT\)/);
    });
  });
});
