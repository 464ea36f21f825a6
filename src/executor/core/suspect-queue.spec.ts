import { epochMs } from './ids.js';
import { PROBATION_MS, SuspectQueue } from './suspect-queue.js';

const at = (seconds: number) => epochMs(seconds * 1_000);

/** A queue in which suspects of these crashes wait, named by their place. */
const queueOf = (...crashes: number[]): SuspectQueue => {
  const queue = new SuspectQueue(at(0));
  for (const [index, count] of crashes.entries()) queue.push({ key: `s${index}`, crashes: count, isLastChance: false });
  return queue;
};

describe('SuspectQueue', () => {
  it('waits for nothing while it is empty', () => {
    const queue = queueOf();
    expect(queue.nextAt).toBeUndefined();
    expect(queue.admit(at(100))).toEqual([]);
  });

  it('lets nobody go in the first moments of the process', () => {
    const queue = queueOf(2);
    expect(queue.nextAt).toBe(PROBATION_MS);
    expect(queue.admit(at(0.999))).toEqual([]);
    expect(queue.admit(at(1))).toEqual(['s0']);
    expect(queue.nextAt).toBeUndefined();
  });

  it('doubles the cohort after each that survives its probation', () => {
    const queue = queueOf(2, 2, 2, 2, 2, 2, 2, 2);
    expect([1, 1.5, 2, 3, 4].map((seconds) => queue.admit(at(seconds)).length)).toEqual([1, 0, 2, 4, 1]);
  });

  it('lets those with the fewest crashes go first, and begins again with one of the next', () => {
    const queue = queueOf(3, 2, 3, 2, 3);
    const admitted = [4, 8, 12, 16].map((seconds) => queue.admit(at(seconds)));
    expect(admitted).toEqual([['s1'], ['s3'], ['s0'], ['s2', 's4']]);
  });

  it('lets those that are suspected much go one at a time', () => {
    const queue = queueOf(4, 4, 4);
    expect([16, 32, 48].map((seconds) => queue.admit(at(seconds)))).toEqual([['s0'], ['s1'], ['s2']]);
  });

  it('lets those whom one more crash would fail go one at a time, after those that can bear it', () => {
    const queue = queueOf(2, 2);
    for (const key of ['last0', 'last1']) queue.push({ key, crashes: 2, isLastChance: true });
    const admitted = [1, 2, 3, 4].map((seconds) => queue.admit(at(seconds)));
    expect(admitted).toEqual([['s0'], ['s1'], ['last0'], ['last1']]);
  });

  it('is the more patient the more crashes there were, up to a limit', () => {
    expect([2, 3, 4, 5, 9].map((crashes) => queueOf(crashes).nextAt)).toEqual([1_000, 4_000, 16_000, 64_000, 64_000]);
  });

  it('does not wait for a probation whose attempts have all ended', () => {
    const queue = queueOf(2, 2, 2);
    queue.admit(at(1));
    queue.remove('s0');
    expect(queue.admit(at(1.001))).toEqual(['s1', 's2']);
  });

  it('forgets who waits no longer', () => {
    const queue = queueOf(2);
    queue.remove('s0');
    expect(queue.nextAt).toBeUndefined();
  });
});
