import { failureOf } from './server-failure.js';

const errorWith = (code: string): Error => Object.assign(new Error('says the server'), { code });

describe('why a statement failed that is not to blame for it', () => {
  it.each(['ER_NET_PACKET_TOO_LARGE', 'ER_WARN_ALLOWED_PACKET_OVERFLOWED'])(
    'is told with what is to be done about %s',
    (code) => {
      expect(failureOf(errorWith(code))?.reason).toMatch(/max_allowed_packet is too small/);
    },
  );

  it.each([
    ['ER_CLIENT_INTERACTION_TIMEOUT', 'broken'],
    ['ER_SESSION_WAS_KILLED', 'broken'],
    ['ER_SERVER_OFFLINE_MODE', 'broken'],
    ['ER_TRANSACTION_ROLLBACK_DURING_COMMIT', 'conflict'],
  ])('is what MySQL 8 and later mean by %s', (code, kind) => {
    expect(failureOf(errorWith(code))?.kind).toBe(kind);
  });

  it('is nothing where the statement itself is wrong', () => {
    expect(failureOf(errorWith('ER_PARSE_ERROR'))).toBeUndefined();
  });
});
