import { KeyChecker } from './key-checker.js';

describe('KeyChecker', () => {
  it('calls everybody anonymous while there is no key', () => {
    expect(new KeyChecker(undefined).identify([])).toMatchObject({ id: 'anonymous', namespace: 'default' });
  });

  it('knows the caller by an id that is stable and not the key', () => {
    const caller = new KeyChecker('key').identify(['key']);
    expect(caller).toEqual(new KeyChecker('key').identify(['other', 'key']));
    expect(caller?.id).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([[[]], [['']], [['ke']], [['key ']], [['KEY']]])('does not know who presents %j', (keys) => {
    expect(new KeyChecker('key').identify(keys)).toBeUndefined();
  });
});
