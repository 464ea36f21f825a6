/** The JSON pointer (RFC 6901) of a path of keys and indexes; empty for the whole document. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
