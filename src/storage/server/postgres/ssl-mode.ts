import { DatabaseUrlError } from '../../storage.errors.js';
import { certificateFile } from '../certificate-file.js';

const MODES = ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
/** They say less with PostgreSQL's own programs; the driver takes them for the strictest one, and warns that this may change. */
const AS_VERIFY_FULL: ReadonlySet<string> = new Set(['prefer', 'require', 'verify-ca']);
const FILES = ['sslrootcert', 'sslcert', 'sslkey'] as const;

/**
 * The URL as the driver takes it: what it would find out at the first connection is found out now, and a mode means what it
 * means today whatever becomes of the driver.
 *
 * @throws {DatabaseUrlError} for a mode that nobody knows, or a file that cannot be read.
 */
export function checkSslMode(text: string): string {
  const url = new URL(text);
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !(MODES as readonly string[]).includes(mode)) {
    throw new DatabaseUrlError(`DATABASE__URL: sslmode takes ${MODES.join(', ')}`);
  }
  for (const name of FILES) {
    const file = url.searchParams.get(name);
    if (file !== null) certificateFile(name, file);
  }
  // Whoever asks for the meaning of PostgreSQL's own programs gets it.
  if (mode === null || !AS_VERIFY_FULL.has(mode) || url.searchParams.has('uselibpqcompat')) return text;
  return text.replace(/([?&]sslmode=)[^&]*/, '$1verify-full');
}
