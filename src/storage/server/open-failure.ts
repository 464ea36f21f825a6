import { driverErrorOf } from './driver-error.js';

/** What keeps a server from being opened, by the codes of the drivers. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'its host is not known'],
  ['EAI_AGAIN', 'its host cannot be looked up'],
  ['ECONNREFUSED', 'nothing listens at its host and port'],
  ['ETIMEDOUT', 'its server does not answer'],
  ['28P01', 'user or password is wrong'],
  ['28000', 'the server does not let this user in'],
  ['3D000', 'there is no such database'],
  ['42501', 'the rights of this user do not suffice'],
  ['53300', 'the server takes no more connections'],
  ['ER_ACCESS_DENIED_ERROR', 'user or password is wrong'],
  ['ER_DBACCESS_DENIED_ERROR', 'this user has no rights to the database'],
  ['ER_BAD_DB_ERROR', 'there is no such database'],
  ['ER_CON_COUNT_ERROR', 'the server takes no more connections'],
  ['ER_ACCOUNT_HAS_BEEN_LOCKED', 'the account of this user is locked'],
  ['ER_MUST_CHANGE_PASSWORD_LOGIN', 'the password of this user has expired'],
  ['ER_SECURE_TRANSPORT_REQUIRED', 'the server takes TLS connections alone: see ssl-mode'],
  ['ER_SERVER_OFFLINE_MODE', 'the server has been taken offline'],
  ['HANDSHAKE_SSL_ERROR', 'the TLS certificate of the server is not trusted, or not for its host'],
  ['HANDSHAKE_NO_SSL_SUPPORT', 'the server takes no TLS connections'],
]);

/** In one line. What the drivers say names host, user and database, never the password. */
export function openFailure(error: unknown): string {
  const { code = '', message } = driverErrorOf(error) ?? { message: String(error) };
  const line = message.replace(/\s+/g, ' ');
  const reason = REASONS.get(code);
  return reason === undefined ? line : `${reason} (${line})`;
}
