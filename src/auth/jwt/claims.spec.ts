import fc from 'fast-check';
import { NAMESPACE } from '../../executor/core/index.js';
import { callerOfClaims } from './claims.js';

const CLAIMS = { iss: 'https://id.example.com', sub: 'alice', scope: 'runs:read openid', namespace: 'team-a' };

describe('callerOfClaims', () => {
  it('reads scopes and namespace', () => {
    expect(callerOfClaims(CLAIMS)).toEqual({
      id: expect.stringMatching(/^jwt_[0-9a-f]{16}$/),
      namespace: 'team-a',
      scopes: new Set(['runs:read']),
      credential: { kind: 'token' },
    });
  });

  it('gives the default namespace and no scope to a token that names none', () => {
    expect(callerOfClaims({ iss: 'i', sub: 's' })).toMatchObject({ namespace: 'default', scopes: new Set() });
  });

  it.each([[['runs:read']], [{ 'runs:read': true }], [5], [null]])('takes %j for no scope', (scope) => {
    expect(callerOfClaims({ ...CLAIMS, scope })?.scopes.size).toBe(0);
  });

  it.each(['', 'Team', '-a', 'a/b', 'x'.repeat(64), 5, null, ['team-a']])(
    'knows nobody in the namespace %j',
    (named) => {
      expect(callerOfClaims({ ...CLAIMS, namespace: named })).toBeUndefined();
    },
  );

  it('tells callers apart by issuer and subject, and by nothing else', () => {
    const idOf = (changes: object) => callerOfClaims({ ...CLAIMS, ...changes })?.id;
    expect(idOf({ scope: 'admin', namespace: 'b' })).toBe(idOf({}));
    expect(new Set([idOf({}), idOf({ sub: 'bob' }), idOf({ iss: 'other' }), idOf({ iss: undefined })]).size).toBe(4);
    expect(callerOfClaims({ iss: 'ab', sub: 'c' })?.id).not.toBe(callerOfClaims({ iss: 'a', sub: 'bc' })?.id);
  });

  it('never throws, and never gives a namespace that is none', () => {
    fc.assert(
      fc.property(fc.record({ iss: fc.anything(), scope: fc.anything(), namespace: fc.anything() }), (claims) => {
        const caller = callerOfClaims(claims);
        return caller === undefined || NAMESPACE.test(caller.namespace);
      }),
    );
  });
});
