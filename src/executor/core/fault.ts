/** Something wrong in a part of a graph. */
export interface Fault {
  /** JSON pointer, relative to the part that was looked at; empty for the part itself. */
  readonly pointer: string;
  readonly message: string;
}

/** Writes keys and indexes as a JSON pointer (RFC 6901). */
export function jsonPointer(segments: readonly (string | number)[]): string {
  return segments.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
