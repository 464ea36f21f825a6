import { type RunId, epochMs, namespace, runId } from '../../core/index.js';
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

describe('RunQueue with several namespaces', () => {
  const id = (name: string) => runId(`r_${name}`);

  it('gives them turns, and the urgent runs of each first', () => {
    const queue = new RunQueue();
    for (let n = 0; n < 1_000; n++) queue.push(id(`big${n}`), epochMs(n), namespace('big'));
    expect(queue.shift()).toBe(id('big0'));
    queue.push(id('small'), epochMs(1), namespace('small'));
    queue.push(id('urgent'), epochMs(1), namespace('big'), 9);
    const next = [queue.shift(), queue.shift(), queue.shift()];
    expect(next).toEqual(expect.arrayContaining([id('small'), id('urgent')]));
  });

  it('gives every run once, whatever left out of turn', () => {
    const queue = new RunQueue();
    const left = new Set<RunId>();
    for (let n = 0; n < 500; n++) {
      const run = id(String(n));
      queue.push(run, epochMs(n), namespace(`n${n % 7}`), n % 10);
      left.add(run);
      if (n % 3 === 0) left.delete(queue.shift() ?? run);
      if (n % 5 === 0 && queue.remove(run)) left.delete(run);
    }
    for (let run = queue.shift(); run !== undefined; run = queue.shift()) expect(left.delete(run)).toBe(true);
    expect([...left]).toEqual([]);
  });
});
