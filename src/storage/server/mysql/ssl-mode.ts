import { isIP } from 'node:net';
import type { SslOptions } from 'mysql2';
import { DatabaseUrlError } from '../../storage.errors.js';
import { certificateFile } from '../certificate-file.js';

/** By the names that MySQL's own programs have for them. */
const MODES: ReadonlyMap<string, SslOptions | undefined> = new Map([
  ['DISABLED', undefined],
  ['REQUIRED', { rejectUnauthorized: false }],
  ['VERIFY_CA', { rejectUnauthorized: true, verifyIdentity: false }],
  ['VERIFY_IDENTITY', { rejectUnauthorized: true, verifyIdentity: true }],
]);
const VERIFYING: ReadonlySet<string> = new Set(['VERIFY_CA', 'VERIFY_IDENTITY']);

/**
 * Takes `ssl-mode` and `ssl-ca` out of a URL: the driver would pass them over in silence, and with them any other parameter.
 *
 * @throws {DatabaseUrlError} for another parameter or mode, a file that cannot be read, or one of them that would have no effect.
 */
export function takeSslMode(text: string): { readonly url: string; readonly ssl: SslOptions | undefined } {
  const url = new URL(text);
  const modes = [...MODES.keys()].join(', ');
  for (const name of url.searchParams.keys()) {
    if (name !== 'ssl-mode' && name !== 'ssl-ca') {
      throw new DatabaseUrlError(
        `DATABASE__URL: of MySQL takes ssl-mode (${modes}), ssl-ca (a file) and no other parameter`,
      );
    }
  }
  const mode = (url.searchParams.get('ssl-mode') ?? 'DISABLED').toUpperCase();
  if (!MODES.has(mode)) throw new DatabaseUrlError(`DATABASE__URL: ssl-mode takes ${modes}`);
  const file = url.searchParams.get('ssl-ca');
  if (file !== null && !VERIFYING.has(mode)) {
    throw new DatabaseUrlError(
      `DATABASE__URL: ssl-ca goes with an ssl-mode that checks it: ${[...VERIFYING].join(' or ')}`,
    );
  }
  // The driver would compare the certificate with `localhost`.
  if (mode === 'VERIFY_IDENTITY' && isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) {
    throw new DatabaseUrlError(
      'DATABASE__URL: ssl-mode=VERIFY_IDENTITY checks the name of the host: name it, or take VERIFY_CA for an address',
    );
  }
  url.search = '';
  const ssl = MODES.get(mode);
  return { url: url.href, ssl: file === null ? ssl : { ...ssl, ca: certificateFile('ssl-ca', file) } };
}
