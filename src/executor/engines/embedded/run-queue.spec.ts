import { runId } from '../../core/index.js';
import { RunQueue } from './run-queue.js';

describe('RunQueue', () => {
  const [a, b, c] = ['r_a', 'r_b', 'r_c'].map(runId) as [
    ReturnType<typeof runId>,
    ReturnType<typeof runId>,
    ReturnType<typeof runId>,
  ];

  it('gives runs in the order in which they came, each once', () => {
    const queue = new RunQueue();
    for (const id of [a, b, a, c]) queue.push(id);
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([a, b, c, undefined]);
  });

  it('lets a run leave its place', () => {
    const queue = new RunQueue();
    queue.push(a);
    queue.push(b);
    expect(queue.remove(a)).toBe(true);
    expect(queue.remove(a)).toBe(false);
    expect(queue.size).toBe(1);
    queue.clear();
    expect(queue.shift()).toBeUndefined();
  });
});
