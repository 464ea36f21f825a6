import { openFailure } from './open-failure.js';

describe('a server that cannot be opened', () => {
  it.each([
    [
      'ER_SECURE_TRANSPORT_REQUIRED',
      'Connections using insecure transport are prohibited while --require_secure_transport=ON.',
      /^the server takes TLS connections alone: see ssl-mode \(/,
    ],
    ['ER_ACCOUNT_HAS_BEEN_LOCKED', "Access denied for user 'a'@'b'. Account is locked.", /^the account .* is locked/],
    ['ER_MUST_CHANGE_PASSWORD_LOGIN', 'Your password has expired.', /^the password of this user has expired/],
    ['ER_SERVER_OFFLINE_MODE', 'The server is currently in offline mode', /^the server has been taken offline/],
    [
      'HANDSHAKE_SSL_ERROR',
      'self-signed certificate in certificate chain',
      /^the certificate of its server is not trusted/,
    ],
  ])('of MySQL says %s in our words, and then its own', (code, message, expected) => {
    const text = openFailure(Object.assign(new Error(message), { code }));
    expect(text).toMatch(expected);
    expect(text).toContain(`(${message})`);
  });

  it('says what is not known in its own words, in one line', () => {
    expect(openFailure(new Error('what\n  is it'))).toBe('what is it');
  });
});
