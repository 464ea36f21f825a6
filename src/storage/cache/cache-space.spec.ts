import fc from 'fast-check';
import { type CacheLimits, CacheSpace } from './cache-space.js';

describe('CacheSpace', () => {
  let now: number;
  beforeEach(() => {
    now = 0;
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const spaceWith = (limits: Partial<CacheLimits> = {}) =>
    new CacheSpace({ isEnabled: true, ttlMs: 1_000, maxWeight: 10, ...limits }, () => now);

  it('gives back what was put in, and the newest value of a key', () => {
    const cache = spaceWith().open<string, number>();
    cache.set('a', 1, 1);
    cache.set('a', 2, 1);
    expect(cache.get('a')).toBe(2);
    expect(cache.get('b')).toBeUndefined();
  });

  it('lets what was used least recently go when all caches together weigh too much', () => {
    const space = spaceWith();
    const plans = space.open<string, string>();
    const runs = space.open<string, string>();
    plans.set('p', 'plan', 4);
    runs.set('r', 'run', 4);
    plans.get('p');
    runs.set('s', 'another run', 4);
    expect([plans.get('p'), runs.get('r'), runs.get('s')]).toEqual(['plan', undefined, 'another run']);
    expect(space.weight).toBe(8);
  });

  it('keeps what was put in last, however heavy it is, and that alone', () => {
    const space = spaceWith();
    const cache = space.open<string, number>();
    cache.set('a', 1, 5);
    cache.set('huge', 2, 100);
    expect([cache.get('a'), cache.get('huge')]).toEqual([undefined, 2]);
    cache.set('b', 3, 1);
    expect([cache.get('huge'), cache.get('b')]).toEqual([undefined, 3]);
  });

  it('lets go what was not used for long, counted from the last use', () => {
    const cache = spaceWith().open<string, number>();
    cache.set('a', 1, 1);
    now = 999;
    expect(cache.get('a')).toBe(1);
    now = 1_998;
    expect(cache.get('a')).toBe(1);
    now = 2_998;
    expect(cache.get('a')).toBeUndefined();
  });

  it('gives memory back by itself, and keeps no timer when it is empty', () => {
    const space = spaceWith();
    const cache = space.open<string, number>();
    const wait = (ms: number): void => {
      now += ms;
      jest.advanceTimersByTime(ms);
    };
    cache.set('a', 1, 1);
    wait(600);
    cache.set('b', 2, 1);
    wait(400);
    expect(space.weight).toBe(1);
    wait(600);
    expect(space.weight).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('waits no longer than a timer can', () => {
    const cache = spaceWith({ ttlMs: 31_536_000_000 }).open<string, number>();
    cache.set('a', 1, 1);
    now = 2_147_483_647;
    jest.advanceTimersByTime(now);
    expect(cache.get('a')).toBe(1);
  });

  it('keeps nothing where caches are off', () => {
    const space = spaceWith({ isEnabled: false });
    const cache = space.open<string, number>();
    cache.set('a', 1, 1);
    expect(cache.get('a')).toBeUndefined();
    expect(space.weight).toBe(0);
  });

  it('forgets what is deleted', () => {
    const space = spaceWith();
    const cache = space.open<string, number>();
    cache.set('a', 1, 3);
    cache.delete('a');
    cache.delete('a');
    expect(cache.get('a')).toBeUndefined();
    expect(space.weight).toBe(0);
  });

  it('weighs what it keeps, and never more than it may but for one entry', () => {
    const step = fc.record({ cache: fc.nat(1), key: fc.nat(5), weight: fc.nat(6), kind: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const space = spaceWith();
        const caches = [space.open<number, number>(), space.open<number, number>()];
        for (const { cache, key, weight, kind } of steps) {
          if (kind === 0) caches[cache]?.get(key);
          else if (kind === 1) caches[cache]?.delete(key);
          else caches[cache]?.set(key, weight, weight);
          const kept = caches.flatMap((each) => [0, 1, 2, 3, 4, 5].map((index) => each.get(index) ?? 0));
          expect(kept.reduce((sum, value) => sum + value, 0)).toBe(space.weight);
          expect(space.weight).toBeLessThanOrEqual(10);
        }
      }),
    );
  });
});
