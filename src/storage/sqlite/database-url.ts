import { DatabaseUrlError } from '../storage.errors.js';

/** Where a SQLite database lives. `path` may be relative to the working directory. */
export type DatabaseLocation = { readonly kind: 'memory' } | { readonly kind: 'file'; readonly path: string };

const ACCEPTED = 'sqlite:///./relative.db, sqlite:////absolute.db or sqlite::memory:';
const OTHER_DATABASES: ReadonlySet<string> = new Set(['postgres', 'postgresql', 'mysql', 'mariadb']);

/**
 * Reads a database URL: three slashes stand before a relative path, four before an absolute one.
 *
 * @throws {DatabaseUrlError} naming what is accepted, and of the URL the scheme alone: it may hold a password.
 */
export function parseDatabaseUrl(url: string): DatabaseLocation {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new DatabaseUrlError(`DATABASE__URL has no scheme: it must be ${ACCEPTED}`);
  if (OTHER_DATABASES.has(scheme)) {
    throw new DatabaseUrlError(`DATABASE__URL: ${scheme} is not supported yet, only SQLite is: use ${ACCEPTED}`);
  }
  if (scheme !== 'sqlite') throw new DatabaseUrlError(`DATABASE__URL: ${scheme} is not known: use ${ACCEPTED}`);
  const rest = url.slice('sqlite:'.length);
  if (rest === ':memory:' || rest === '///:memory:') return { kind: 'memory' };
  const path = /^\/\/\/([^?#\0]*[^/?#\0])$/.exec(rest)?.[1];
  if (path === undefined) {
    throw new DatabaseUrlError(`DATABASE__URL names no file after "sqlite:" in one of the forms ${ACCEPTED}`);
  }
  return { kind: 'file', path };
}
