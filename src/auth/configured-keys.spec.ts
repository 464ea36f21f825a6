import { mapEnvironment } from '../config/index.js';
import { ConfiguredKeys } from './configured-keys.js';
import { digestOf } from './digest.js';

describe('ConfiguredKeys', () => {
  const keysOf = (env: Record<string, string>) => new ConfiguredKeys(mapEnvironment(env).config);
  const ENTRY = {
    name: 'ci',
    key_sha256: digestOf('second').toUpperCase(),
    scopes: ['runs:read'],
    namespace: 'team-a',
  };
  const keys = keysOf({ SECURITY__API_KEY: 'first', SECURITY__API_KEYS: JSON.stringify([ENTRY]) });

  it('know the one key by an id that is stable and not the key', () => {
    const caller = keys.identify(digestOf('first'));
    expect(caller).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{16}$/), namespace: 'default' });
    expect(caller?.scopes.has('admin')).toBe(true);
    expect(keysOf({ SECURITY__API_KEY: 'first' }).identify(digestOf('first'))).toEqual(caller);
    expect(keys.find(caller?.id ?? '')).toBe(caller);
  });

  it('know the others by their digest, written either way, with what they may do', () => {
    const caller = keys.identify(digestOf('second'));
    expect(caller).toMatchObject({ namespace: 'team-a', scopes: new Set(['runs:read']) });
    expect(caller?.credential).toEqual({ kind: 'key', keyId: caller?.id, expiresAt: null });
  });

  it.each(['', 'firs', 'first ', 'FIRST', digestOf('second')])('do not know %j', (key) => {
    expect(keys.identify(digestOf(key))).toBeUndefined();
  });

  it('know nobody when there are none', () => {
    expect(keysOf({}).identify(digestOf(''))).toBeUndefined();
    expect(keysOf({}).find('')).toBeUndefined();
  });
});
