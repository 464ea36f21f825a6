import fc from 'fast-check';
import { WindowCounter } from './window-counter.js';

describe('WindowCounter', () => {
  let now: number;
  beforeEach(() => {
    now = 1_000;
  });
  const counter = (capacity = 100): WindowCounter => new WindowCounter(capacity, () => now);

  it('counts each id for a minute from its first request on', () => {
    const windows = counter();
    expect(windows.hit('a')).toEqual({ used: 1, resetsInMs: 60_000 });
    now += 59_999;
    expect(windows.hit('b')).toEqual({ used: 1, resetsInMs: 60_000 });
    expect(windows.hit('a')).toEqual({ used: 2, resetsInMs: 1 });
    now += 1;
    expect(windows.peek('a')).toBeUndefined();
    expect(windows.hit('a')).toEqual({ used: 1, resetsInMs: 60_000 });
    expect(windows.peek('b')).toEqual({ used: 1, resetsInMs: 59_999 });
  });

  it('goes on from what was counted elsewhere', () => {
    const windows = counter();
    windows.hit('a');
    windows.learn('a', { used: 41, resetsInMs: 500 });
    expect(windows.hit('a')).toEqual({ used: 42, resetsInMs: 500 });
    now += 500;
    expect(windows.peek('a')).toBeUndefined();
  });

  it('forgets the window that began first when it is full, and nothing before', () => {
    const windows = counter(3);
    for (const id of ['a', 'b', 'c', 'a', 'd']) windows.hit(id);
    expect(windows.peek('a')).toBeUndefined();
    expect(['b', 'c', 'd'].map((id) => windows.peek(id)?.used)).toEqual([1, 1, 1]);
  });

  it('lets go of what is over', () => {
    const windows = counter();
    for (let id = 0; id < 50; id++) windows.hit(String(id));
    now += 60_000;
    windows.hit('a');
    expect(windows.size).toBe(1);
  });

  it('never holds more than it may, and counts like a counter without bounds as long as all fit', () => {
    const steps = fc.array(fc.record({ id: fc.nat(9), waitMs: fc.integer({ min: 0, max: 30_000 }) }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 12 }), (taken, capacity) => {
        now = 0;
        const windows = counter(capacity);
        const model = new Map<number, { used: number; endsAt: number }>();
        for (const { id, waitMs } of taken) {
          now += waitMs;
          const known = model.get(id);
          const entry = known !== undefined && known.endsAt > now ? known : { used: 0, endsAt: now + 60_000 };
          entry.used += 1;
          model.set(id, entry);
          const window = windows.hit(String(id));
          expect(windows.size).toBeLessThanOrEqual(capacity);
          if (capacity >= 10) expect(window).toEqual({ used: entry.used, resetsInMs: entry.endsAt - now });
        }
      }),
    );
  });
});
