import type { DataSource } from 'typeorm';
import { DatabaseOpenError } from '../storage.errors.js';

/** What of a server is too old: its name and the first version that is not. */
interface Needed {
  readonly name: 'PostgreSQL' | 'MySQL' | 'MariaDB';
  readonly major: number;
  readonly minor: number;
  /** Where not every patch of the minor version will do. */
  readonly patch?: number;
}

const POSTGRES: Needed = { name: 'PostgreSQL', major: 15, minor: 0 };
/** Of 8.0 from the patch on that has the collation of our tables. */
const MYSQL: Needed = { name: 'MySQL', major: 8, minor: 0, patch: 17 };
const MARIADB: Needed = { name: 'MariaDB', major: 10, minor: 11 };

/** Undefined if the server is new enough; otherwise what was found and what is needed. */
export function tooOld(dialect: 'postgres' | 'mysql', version: string): string | undefined {
  const needed = dialect === 'postgres' ? POSTGRES : /mariadb/i.test(version) ? MARIADB : MYSQL;
  // Some servers say `5.5.5-` first, for replicas that know no other version.
  const [, ...parts] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(version.replace(/^5\.5\.5-/, '')) ?? [];
  const [major = 0, minor = 0, patch = Infinity] = parts.filter((part) => part !== undefined).map(Number);
  const isNewEnough =
    major > needed.major ||
    (major === needed.major && (minor > needed.minor || (minor === needed.minor && patch >= (needed.patch ?? 0))));
  if (isNewEnough) return undefined;
  const [found, least] =
    needed.patch === undefined
      ? [`${major}.${minor}`, `${needed.major}.${needed.minor}`]
      : [[major, minor, patch].filter(Number.isFinite).join('.'), `${needed.major}.${needed.minor}.${needed.patch}`];
  return `the server is ${needed.name} ${found}, and ${needed.name} ${least} or newer is needed`;
}

/** @throws {DatabaseOpenError} if the server is too old. */
export async function checkServerVersion(dataSource: DataSource): Promise<void> {
  const isPostgres = dataSource.options.type === 'postgres';
  const sql = isPostgres ? 'SHOW server_version' : 'SELECT VERSION() AS server_version';
  const [row] = await dataSource.query<readonly { readonly server_version: string }[]>(sql);
  const fault = tooOld(isPostgres ? 'postgres' : 'mysql', row?.server_version ?? '');
  if (fault !== undefined) throw new DatabaseOpenError(`DATABASE__URL: ${fault}`);
}
