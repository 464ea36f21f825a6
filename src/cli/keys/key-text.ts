import type { toApiKey } from '../../auth/index.js';
import { printableLine } from '../text/printable.js';

type ApiKey = ReturnType<typeof toApiKey>;

const HEAD = ['KEY ID', 'KEY', 'STATUS', 'NAMESPACE', 'NAME', 'SCOPES', 'LAST USED', 'EXPIRES'];

/** Keys as a table, a line each; one line that says so when there are none. */
export function keyTable(keys: readonly ApiKey[]): string {
  if (keys.length === 0) return 'there are no keys\n';
  const rows = [HEAD, ...keys.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** What a key is, for people: everything that is not secret. */
export function keyLine({ key_id, name, namespace, scopes, expires_at }: ApiKey): string {
  const end = expires_at === null ? 'never expires' : `expires ${expires_at}`;
  return printableLine(`${key_id} "${name}" in ${namespace}: ${scopes.join(', ')}; ${end}`);
}

function rowOf(key: ApiKey): string[] {
  const { key_id, prefix, status, namespace, name, scopes, last_used_at, expires_at } = key;
  const cells = [
    key_id,
    `${prefix}…`,
    status,
    namespace,
    name,
    scopes.join(','),
    last_used_at ?? 'never',
    expires_at ?? 'never',
  ];
  return cells.map(printableLine);
}
