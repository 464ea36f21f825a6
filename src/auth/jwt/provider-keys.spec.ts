import * as jose from 'jose';
import { IdentityProvider } from '../../../test/support/identity-provider.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { IdentityProviderError } from './identity-provider.error.js';
import { ProviderKeys } from './provider-keys.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

describe('the keys of an identity provider', () => {
  let provider: IdentityProvider;
  let key: Awaited<ReturnType<IdentityProvider['makeKey']>>;
  let keys: ProviderKeys;
  let passed: number;
  let now: jest.SpyInstance<number>;

  beforeEach(async () => {
    provider = await IdentityProvider.start();
    key = await provider.makeKey('ES256', 'first');
    provider.publish(key);
    keys = new ProviderKeys(new URL(provider.url), jose);
    passed = 0;
    const real = performance.now.bind(performance);
    now = jest.spyOn(performance, 'now').mockImplementation(() => real() + passed);
  });
  afterEach(async () => {
    now.mockRestore();
    await provider.stop();
  });

  const check = async (signer = key): Promise<'right' | 'wrong' | 'unavailable'> => {
    try {
      await jose.jwtVerify(await provider.sign(signer), keys.getKey, { algorithms: ['ES256'] });
      return 'right';
    } catch (error) {
      if (error instanceof IdentityProviderError) return 'unavailable';
      expect(error).toBeInstanceOf(jose.errors.JOSEError);
      return 'wrong';
    }
  };

  it('are fetched with the first token, and then not for five minutes', async () => {
    expect(provider.asked).toBe(0);
    for (passed = 0; passed < 5 * MINUTE; passed += MINUTE) expect(await check()).toBe('right');
    expect(provider.asked).toBe(1);
  });

  it('are fetched again beside the requests once they age, and a key that was withdrawn is gone then', async () => {
    expect(await check()).toBe('right');
    const second = await provider.makeKey('ES256', 'second');
    provider.publish(second);
    passed = 5 * MINUTE;
    expect(await check()).toBe('right');
    await waitFor('the withdrawn key to be gone', async () => (await check()) === 'wrong');
    expect(await check(second)).toBe('right');
    expect(provider.asked).toBe(2);
  });

  it('are used for a day while the provider is down, which is left alone for two seconds each time', async () => {
    expect(await check()).toBe('right');
    provider.fail(true);
    passed = 5 * MINUTE;
    expect(await check()).toBe('right');
    await waitFor('the provider to be asked in vain', () => provider.asked === 2);
    for (let i = 0; i < 5; i += 1) expect(await check()).toBe('right');
    expect(provider.asked).toBeLessThanOrEqual(3);
    passed = DAY + MINUTE;
    expect(await check()).toBe('unavailable');
    provider.fail(false);
    expect(await check()).toBe('unavailable');
    passed += 2_000;
    expect(await check()).toBe('right');
  });

  it('that cannot be had leave a token neither right nor wrong, and are not asked for with every request', async () => {
    provider.fail(true);
    for (let i = 0; i < 5; i += 1) expect(await check()).toBe('unavailable');
    expect(provider.asked).toBe(1);
  });

  it('that nobody can read are no keys', async () => {
    const elsewhere = new ProviderKeys(new URL('http://127.0.0.1:1/jwks'), jose);
    const refused = jose.jwtVerify(await provider.sign(key), elsewhere.getKey, { algorithms: ['ES256'] });
    await expect(refused).rejects.toBeInstanceOf(IdentityProviderError);
  });
});
