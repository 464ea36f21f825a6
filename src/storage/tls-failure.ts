const FOR_ANOTHER_HOST = 'the certificate of its server is for another host';
const EXPIRED = 'the certificate of its server has expired';

/** What the certificate of a server may lack, by the codes of Node. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ERR_TLS_CERT_ALTNAME_INVALID', FOR_ANOTHER_HOST],
  ['CERT_HAS_EXPIRED', EXPIRED],
  ['CERT_NOT_YET_VALID', 'the certificate of its server is not valid yet'],
  ['CERT_REVOKED', 'the certificate of its server was revoked'],
]);

const UNTRUSTED = 'the certificate of its server is not trusted';
const UNTRUSTED_CODES: ReadonlySet<string> = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** The driver of MySQL has one code for all, in the place of Node's. */
const OF_MYSQL = 'HANDSHAKE_SSL_ERROR';
const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/altnames/, FOR_ANOTHER_HOST],
  [/certificate has expired/, EXPIRED],
  [/certificate/, UNTRUSTED],
  [/./, 'TLS could not be agreed upon with its server'],
];

/** What is wrong with the certificate of a server, in words; undefined if that is not why a connection failed. */
export function tlsFailure(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string')
    return undefined;
  const { code } = error;
  const message = 'message' in error ? String(error.message) : '';
  if (code === OF_MYSQL) return BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1];
  return REASONS.get(code) ?? (UNTRUSTED_CODES.has(code) ? UNTRUSTED : undefined);
}
