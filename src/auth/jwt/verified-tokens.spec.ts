import { VerifiedTokens } from './verified-tokens.js';

describe('VerifiedTokens', () => {
  let now: jest.SpyInstance<number>;
  beforeEach(() => {
    now = jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
  });
  afterEach(() => now.mockRestore());

  const counting = (expiresAtMs: number) => {
    const tokens = new VerifiedTokens<string>();
    let checks = 0;
    const get = () =>
      tokens.get('token', () => {
        checks += 1;
        return Promise.resolve({ value: 'alice', expiresAtMs });
      });
    return { get, checks: () => checks };
  };

  it('checks a token once in thirty seconds', async () => {
    const { get, checks } = counting(9_999_999);
    for (let i = 0; i < 5; i += 1) expect(await get()).toBe('alice');
    expect(checks()).toBe(1);
    now.mockReturnValue(1_030_000);
    await get();
    expect(checks()).toBe(2);
  });

  it('believes none beyond its end', async () => {
    const { get, checks } = counting(1_000_500);
    await get();
    now.mockReturnValue(1_000_500);
    await get();
    expect(checks()).toBe(2);
  });

  it('keeps nothing of one that is wrong', async () => {
    const tokens = new VerifiedTokens<string>();
    let checks = 0;
    const refuse = () => {
      checks += 1;
      return Promise.resolve(undefined);
    };
    await tokens.get('token', refuse);
    await tokens.get('token', refuse);
    expect(checks).toBe(2);
  });
});
