import fc from 'fast-check';
import { type Deadline, DeadlineHeap } from './deadline-heap.js';
import { epochMs } from './ids.js';

const due = (at: number, node = 0): Deadline => ({ at: epochMs(at), kind: 'retry', node, attempt: 1 });

const heapOf = (deadlines: readonly Deadline[]): DeadlineHeap => {
  const heap = new DeadlineHeap();
  for (const deadline of deadlines) heap.push(deadline);
  return heap;
};

const popAll = (heap: DeadlineHeap, now = Infinity): Deadline[] => {
  const popped: Deadline[] = [];
  for (let next = heap.popDue(epochMs(now)); next !== undefined; next = heap.popDue(epochMs(now))) popped.push(next);
  return popped;
};

describe('DeadlineHeap', () => {
  it('hands out what is due, the earliest first and of one moment the first node of the graph', () => {
    const deadlines = fc.array(fc.record({ at: fc.nat(20), node: fc.nat(20) }));
    fc.assert(
      fc.property(deadlines, (drawn) => {
        const sorted = [...drawn].sort((a, b) => a.at - b.at || a.node - b.node);
        const popped = popAll(heapOf(drawn.map(({ at, node }) => due(at, node))));
        expect(popped.map(({ at, node }) => ({ at, node }))).toEqual(sorted);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps what is not due yet', () => {
    const heap = heapOf([due(30), due(10), due(20)]);
    expect(popAll(heap, 20).map(({ at }) => at)).toEqual([10, 20]);
    expect(heap.peek()?.at).toBe(30);
  });

  it('has nothing to show or to hand out when it is empty', () => {
    const heap = new DeadlineHeap();
    expect(heap.peek()).toBeUndefined();
    expect(heap.popDue(epochMs(1))).toBeUndefined();
  });
});
