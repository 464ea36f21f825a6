import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, copyFileSync, chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { ServerCertificate } from './certificates.js';
import { freePort } from './free-port.js';
import { postgresFolder } from './postgres-binaries.js';
import { waitFor } from './wait-for.js';

/** Long enough for one that recovers from a crash on a busy machine. */
const START_WITHIN_MS = 60_000;

/** A PostgreSQL server of a test's own, on a port of 127.0.0.1: what the test can crash. */
export class PrivatePostgres {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly account: Account,
    private readonly tls: ServerCertificate | undefined,
  ) {}

  /**
   * Makes an empty server and starts it.
   *
   * @param tls With it the server speaks TLS to whoever wants to.
   * @throws {Error} if PostgreSQL's programs are not installed.
   */
  static async start(tls?: ServerCertificate): Promise<PrivatePostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'wand-postgres-'));
    const account = serverAccount();
    if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
    const args = ['--pgdata', join(folder, 'data'), '--username', 'postgres', '--auth', 'trust', '--no-sync'];
    execFileSync(program('initdb'), [...args, '--encoding', 'UTF8', '--locale', 'C.UTF-8'], {
      ...account,
      stdio: 'ignore',
    });
    const server = new PrivatePostgres(folder, await freePort(), account, tls);
    await server.start();
    return server;
  }

  /** `DATABASE__URL` of one of its databases. */
  url(database = 'postgres'): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  async start(): Promise<void> {
    const settings = ['fsync=off', 'max_connections=200', `unix_socket_directories=${this.folder}`];
    if (this.tls !== undefined) settings.push('ssl=on', ...this.own(this.tls));
    const args = ['-D', join(this.folder, 'data'), '-h', '127.0.0.1', '-p', String(this.port)];
    this.child = spawn(program('postgres'), [...args, ...settings.flatMap((setting) => ['-c', setting])], {
      ...this.account,
      stdio: 'ignore',
    });
    await waitFor('the private PostgreSQL to answer', () => this.answers(), START_WITHIN_MS);
  }

  /** Ends it at once, as a crash of the server does: what was committed is recovered at the next start. */
  async crash(): Promise<void> {
    await this.end('SIGQUIT');
  }

  /** Ends it and deletes all it held. */
  async destroy(): Promise<void> {
    await this.end('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs one statement as the superuser. */
  async run(sql: string, database = 'postgres'): Promise<void> {
    const client = new pg.Client({ connectionString: this.url(database) });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  /** It takes a key that is its own alone. */
  private own({ cert, key }: ServerCertificate): string[] {
    const files = { ssl_cert_file: join(this.folder, 'server.pem'), ssl_key_file: join(this.folder, 'server.key') };
    copyFileSync(cert, files.ssl_cert_file);
    copyFileSync(key, files.ssl_key_file);
    const { uid, gid } = this.account;
    for (const file of Object.values(files)) {
      if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
      chmodSync(file, 0o600);
    }
    return Object.entries(files).map(([setting, file]) => `${setting}=${file}`);
  }

  private answers(): Promise<boolean> {
    if (this.child?.exitCode !== null) throw new Error('the private PostgreSQL has ended by itself');
    return this.run('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL does not run as the superuser: there it runs as the account that its package makes. */
function serverAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function program(name: string): string {
  const folder = postgresFolder();
  if (folder === undefined) throw new Error('the programs of PostgreSQL are not installed');
  return join(folder, name);
}
