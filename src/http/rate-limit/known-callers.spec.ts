import { KnownCallers } from './known-callers.js';

describe('KnownCallers', () => {
  it('knows a caller by the address that it came from, for a day', () => {
    let now = 0;
    const known = new KnownCallers(() => now);
    known.add('192.0.2.1', 'a');
    expect([known.renew('192.0.2.1', 'a'), known.renew('192.0.2.1', 'b'), known.renew('192.0.2.2', 'a')]).toEqual([
      true,
      false,
      false,
    ]);
    now = 24 * 3_600_000 - 1;
    expect(known.renew('192.0.2.1', 'a')).toBe(true);
    known.add('192.0.2.1', 'b');
    now += 24 * 3_600_000 - 1;
    expect([known.renew('192.0.2.1', 'a'), known.renew('192.0.2.1', 'b')]).toEqual([true, true]);
    now += 24 * 3_600_000;
    expect([known.renew('192.0.2.1', 'a'), known.renew('192.0.2.1', 'b')]).toEqual([false, false]);
  });

  it('forgets whom it has not seen for longest when it knows too many', () => {
    const known = new KnownCallers(() => 0);
    for (let caller = 0; caller < 10_000; caller++) known.add('192.0.2.1', String(caller));
    known.renew('192.0.2.1', '0');
    known.add('192.0.2.1', '1');
    known.add('192.0.2.1', 'new');
    const sought = ['0', '1', '2', '3', 'new'];
    expect(sought.filter((caller) => known.renew('192.0.2.1', caller))).toEqual(['0', '1', '3', 'new']);
  });
});
