import type { Caller } from '../../auth/index.js';
import { KeyWatch } from './key-watch.js';
import type { OpenRequest } from './open-request.js';

const CALLER = {} as Caller;

class Stream implements OpenRequest {
  left = 0;
  private readonly gone = Promise.withResolvers<void>();
  readonly whenGone = this.gone.promise;

  leave(): Promise<void> {
    this.left += 1;
    this.gone.resolve();
    return this.whenGone;
  }
}

describe('KeyWatch', () => {
  const holders = { find: jest.fn<Promise<Caller | undefined>, [string]>() };
  beforeEach(() => {
    jest.useFakeTimers();
    holders.find.mockReset();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('ends the streams of a key that has ended, and no others', async () => {
    holders.find.mockImplementation((id) => Promise.resolve(id === 'k_good' ? CALLER : undefined));
    const watch = new KeyWatch(holders);
    const [bad, alsoBad, good] = [new Stream(), new Stream(), new Stream()];
    watch.watch(bad, 'k_bad');
    watch.watch(alsoBad, 'k_bad');
    watch.watch(good, 'k_good');
    await jest.advanceTimersByTimeAsync(4_999);
    expect(bad.left).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    expect([bad.left, alsoBad.left, good.left]).toEqual([1, 1, 0]);
    expect(holders.find).toHaveBeenCalledTimes(2);
  });

  it('ends nothing while the database does not answer', async () => {
    holders.find.mockRejectedValueOnce(new Error('gone')).mockResolvedValue(undefined);
    const stream = new Stream();
    new KeyWatch(holders).watch(stream, 'k_1');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(stream.left).toBe(0);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(stream.left).toBe(1);
  });

  it('asks for nothing once the last stream has gone', async () => {
    holders.find.mockResolvedValue(CALLER);
    const stream = new Stream();
    new KeyWatch(holders).watch(stream, 'k_1');
    await stream.leave();
    await jest.advanceTimersByTimeAsync(0);
    expect(jest.getTimerCount()).toBe(0);
  });
});
