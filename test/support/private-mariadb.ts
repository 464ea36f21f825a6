import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { ServerCertificate } from './certificates.js';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

const START_WITHIN_MS = 60_000;

/** Whether the programs of MariaDB's server are installed. */
export function hasMariadbServer(): boolean {
  return ['mariadbd', 'mariadb-install-db'].every(
    (name) => spawnSync(name, ['--help'], { stdio: 'ignore' }).error === undefined,
  );
}

/** A MariaDB server of a test's own, on a port of 127.0.0.1, that speaks TLS to whoever wants to. */
export class PrivateMariadb {
  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  static async start({ cert, key }: ServerCertificate): Promise<PrivateMariadb> {
    const folder = mkdtempSync(join(tmpdir(), 'wand-mariadb-'));
    const common = ['--no-defaults', `--datadir=${join(folder, 'data')}`, `--user=${userInfo().username}`];
    const account = ['--auth-root-authentication-method=normal', '--skip-test-db'];
    execFileSync('mariadb-install-db', [...common, ...account], { stdio: 'ignore' });
    const port = await freePort();
    const place = ['--bind-address=127.0.0.1', `--port=${port}`, `--socket=${join(folder, 'socket')}`];
    const child = spawn('mariadbd', [...common, ...place, `--ssl-cert=${cert}`, `--ssl-key=${key}`], {
      stdio: 'ignore',
    });
    const server = new PrivateMariadb(folder, port, child);
    await waitFor('the private MariaDB to answer', () => server.answers(), START_WITHIN_MS);
    return server;
  }

  /** `DATABASE__URL` of one of its databases. */
  url(database = 'mysql'): string {
    return `mysql://root@127.0.0.1:${this.port}/${database}`;
  }

  /** Runs statements as the superuser. */
  async run(...statements: readonly string[]): Promise<void> {
    const connection = await createConnection(this.url());
    try {
      for (const sql of statements) await connection.query(sql);
    } finally {
      await connection.end();
    }
  }

  async destroy(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await exit;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private answers(): Promise<boolean> {
    if (this.child.exitCode !== null) throw new Error('the private MariaDB has ended by itself');
    return this.run('SELECT 1').then(
      () => true,
      () => false,
    );
  }
}
