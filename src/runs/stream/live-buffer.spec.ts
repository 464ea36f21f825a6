import { type JournalEntry, epochMs } from '../../executor/core/index.js';
import { LiveBuffer } from './live-buffer.js';

const entry = (seq: number): JournalEntry => ({
  seq,
  ts: epochMs(0),
  type: 'run.started',
  lvl: 'info',
  msg: '',
  nodeId: null,
  attempt: null,
  progress: null,
  data: null,
});
const seqsOf = ({ entries }: { readonly entries: readonly JournalEntry[] }): number[] => entries.map(({ seq }) => seq);

describe('LiveBuffer', () => {
  it('gives what came in, in order and once', () => {
    const buffer = new LiveBuffer(3);
    buffer.push([entry(1)]);
    buffer.push([entry(2), entry(3)]);
    const taken = buffer.take();
    expect([seqsOf(taken), taken.hasGap]).toEqual([[1, 2, 3], false]);
    expect(seqsOf(buffer.take())).toEqual([]);
  });

  it('drops everything once more comes in than it holds, and says so once', () => {
    const buffer = new LiveBuffer(2);
    buffer.push([entry(1), entry(2)]);
    buffer.push([entry(3)]);
    buffer.push([entry(4)]);
    expect(buffer.latestSeq).toBe(4);
    expect(buffer.take()).toEqual({ entries: [], hasGap: true });
    buffer.push([entry(5)]);
    const next = buffer.take();
    expect([seqsOf(next), next.hasGap]).toEqual([[5], false]);
  });

  it('wakes the reader when something comes in', async () => {
    const buffer = new LiveBuffer(2);
    const filled = buffer.filled();
    buffer.push([entry(1)]);
    await filled;
    await buffer.filled();
    expect(seqsOf(buffer.take())).toEqual([1]);
  });

  it('wakes the reader of a buffer that overflowed, though it holds nothing', async () => {
    const buffer = new LiveBuffer(1);
    buffer.push([entry(1), entry(2)]);
    await buffer.filled();
    expect(buffer.take().hasGap).toBe(true);
  });

  it('wakes the reader for another reason, too', async () => {
    const buffer = new LiveBuffer(1);
    const filled = buffer.filled();
    buffer.notify();
    await filled;
    expect(seqsOf(buffer.take())).toEqual([]);
  });
});
