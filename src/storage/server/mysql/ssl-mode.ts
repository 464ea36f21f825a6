import type { SslOptions } from 'mysql2';
import { DatabaseUrlError } from '../../storage.errors.js';

/** By the names that MySQL's own programs have for them. */
const MODES: ReadonlyMap<string, SslOptions | undefined> = new Map([
  ['DISABLED', undefined],
  ['REQUIRED', { rejectUnauthorized: false }],
  ['VERIFY_CA', { rejectUnauthorized: true, verifyIdentity: false }],
  ['VERIFY_IDENTITY', { rejectUnauthorized: true, verifyIdentity: true }],
]);

/**
 * Takes `ssl-mode` out of a URL: the driver would pass it over in silence, and with it any other parameter.
 *
 * @throws {DatabaseUrlError} for another parameter or mode.
 */
export function takeSslMode(text: string): { readonly url: string; readonly ssl: SslOptions | undefined } {
  const url = new URL(text);
  const modes = [...MODES.keys()].join(', ');
  for (const name of url.searchParams.keys()) {
    if (name !== 'ssl-mode')
      throw new DatabaseUrlError(`DATABASE__URL: of MySQL takes ssl-mode (${modes}) and no other parameter`);
  }
  const mode = (url.searchParams.get('ssl-mode') ?? 'DISABLED').toUpperCase();
  if (!MODES.has(mode)) throw new DatabaseUrlError(`DATABASE__URL: ssl-mode takes ${modes}`);
  url.search = '';
  return { url: url.href, ssl: MODES.get(mode) };
}
