import { epochMs, runId } from '../../core/index.js';
import { RunQueue } from './run-queue.js';

describe('RunQueue', () => {
  const [a, b, c] = ['r_a', 'r_b', 'r_c'].map(runId) as [
    ReturnType<typeof runId>,
    ReturnType<typeof runId>,
    ReturnType<typeof runId>,
  ];

  it('gives runs in the order in which they came, each once', () => {
    const queue = new RunQueue();
    for (const [now, id] of [a, b, a, c].entries()) queue.push(id, epochMs(now));
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([a, b, c, undefined]);
  });

  it('knows since when the first of them waits, whoever asks to wait again', () => {
    const queue = new RunQueue();
    expect(queue.waitingSince).toBeUndefined();
    for (const [now, id] of [a, b, a].entries()) queue.push(id, epochMs(now));
    expect(queue.waitingSince).toBe(0);
    queue.shift();
    expect(queue.waitingSince).toBe(1);
  });

  it('lets a run leave its place', () => {
    const queue = new RunQueue();
    queue.push(a, epochMs(1));
    queue.push(b, epochMs(2));
    expect(queue.remove(a)).toBe(true);
    expect(queue.remove(a)).toBe(false);
    expect(queue.size).toBe(1);
    queue.clear();
    expect(queue.shift()).toBeUndefined();
  });
});
