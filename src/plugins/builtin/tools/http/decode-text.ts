import iconv from 'iconv-lite';
import { storableText } from '../../../../executor/core/index.js';

const BYTE_ORDER_MARKS: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16be', [0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
];
/** Labels that in practice, and by the Encoding Standard, mean Windows-1252. */
const WINDOWS_1252 = /^(?:iso-?8859-1|latin-?1|l1|us-ascii|ascii|cp1252|x-cp1252)$/i;

/**
 * The text of a body. A byte order mark wins over the charset of `contentType`; without either, or with an unknown charset,
 * it is UTF-8. Bytes that are not valid become U+FFFD, and so does U+0000: the result can be the output of a node.
 */
export function decodeText(bytes: Buffer, contentType: string | null): string {
  return storableText(iconv.decode(bytes, markedEncoding(bytes) ?? namedEncoding(contentType) ?? 'utf-8'));
}

/** True for `application/json` and the types that end in `+json`. */
export function isJsonType(contentType: string | null): boolean {
  return /^\s*[\w.!#$&^-]+\/(?:json|[\w.!#$&^-]+\+json)\s*(?:;|$)/i.test(contentType ?? '');
}

function markedEncoding(bytes: Buffer): string | undefined {
  return BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte))?.[0];
}

function namedEncoding(contentType: string | null): string | undefined {
  const charset = /;\s*charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType ?? '')?.[1];
  if (charset === undefined) return undefined;
  if (WINDOWS_1252.test(charset)) return 'windows-1252';
  return iconv.encodingExists(charset) ? charset : undefined;
}
