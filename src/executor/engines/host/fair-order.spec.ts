import { namespace } from '../../core/index.js';
import { FairOrder } from './fair-order.js';

const [big, small, other] = ['big', 'small', 'other'].map(namespace) as [
  ReturnType<typeof namespace>,
  ReturnType<typeof namespace>,
  ReturnType<typeof namespace>,
];

interface Waiting {
  readonly name: string;
  readonly place: number;
}

/** A line in which the next is whoever has the lowest place, of equal ones whoever came first. */
class Line {
  readonly order = new FairOrder();
  private readonly waiting: Waiting[] = [];

  add(name: string, ns: ReturnType<typeof namespace>, priority?: number): void {
    this.waiting.push({ name, place: this.order.next(ns, priority) });
  }

  next(): string | undefined {
    const first = this.waiting.reduce<Waiting | undefined>(
      (best, each) => (best === undefined || each.place < best.place ? each : best),
      undefined,
    );
    if (first === undefined) return undefined;
    this.waiting.splice(this.waiting.indexOf(first), 1);
    this.order.advance(first.place);
    return first.name;
  }

  take(count: number): (string | undefined)[] {
    return Array.from({ length: count }, () => this.next());
  }
}

describe('FairOrder', () => {
  it('keeps the runs of one namespace in the order in which they came', () => {
    const line = new Line();
    for (const name of ['a', 'b', 'c']) line.add(name, big);
    expect(line.take(4)).toEqual(['a', 'b', 'c', undefined]);
  });

  it('lets the single run of a namespace pass ten thousand of another', () => {
    const line = new Line();
    for (let n = 0; n < 10_000; n++) line.add('big', big);
    line.take(500);
    line.add('small', small);
    expect(line.take(3)).toContain('small');
  });

  it('gives namespaces that all have runs waiting the same number of turns', () => {
    const line = new Line();
    for (let n = 0; n < 300; n++) line.add('big', big);
    for (let n = 0; n < 100; n++) line.add('small', small);
    for (let n = 0; n < 100; n++) line.add('other', other);
    const turns = line.take(150);
    for (const name of ['big', 'small', 'other']) {
      const share = turns.filter((each) => each === name).length;
      expect(share).toBeGreaterThanOrEqual(49);
      expect(share).toBeLessThanOrEqual(51);
    }
  });

  it('does not make up for turns that a namespace did not use', () => {
    const line = new Line();
    for (let n = 0; n < 100; n++) line.add('big', big);
    line.take(90);
    for (let n = 0; n < 100; n++) line.add('small', small);
    expect(line.take(10).filter((name) => name === 'big').length).toBeGreaterThanOrEqual(4);
  });

  it('lets an urgent run pass those of its namespace, and another namespace nothing but its turn', () => {
    const line = new Line();
    for (let n = 0; n < 100; n++) line.add('plain', big);
    line.take(10);
    line.add('small', small);
    line.add('urgent', big, 9);
    expect(line.take(3)).toEqual(expect.arrayContaining(['urgent', 'small']));
  });

  it('keeps nobody waiting for ever, however many urgent runs come', () => {
    const line = new Line();
    line.add('idle', big, 0);
    line.add('small', small);
    let taken = 0;
    const seen = new Set<string | undefined>();
    while (!seen.has('idle') && taken < 200) {
      line.add('urgent', big, 9);
      seen.add(line.next());
      taken += 1;
    }
    expect(seen).toContain('idle');
    expect(seen).toContain('small');
  });

  it('gives the more urgent of two kinds about twice the turns for each two steps', () => {
    const line = new Line();
    for (let n = 0; n < 400; n++) {
      line.add('six', big, 6);
      line.add('four', small, 4);
    }
    const turns = line.take(300);
    const ratio = turns.filter((name) => name === 'six').length / turns.filter((name) => name === 'four').length;
    expect(ratio).toBeGreaterThan(1.7);
    expect(ratio).toBeLessThan(2.3);
  });

  it('begins anew when nobody waits', () => {
    const order = new FairOrder();
    const first = order.next(big);
    order.advance(first);
    order.reset();
    expect(order.next(big)).toBe(first);
  });

  it('forgets namespaces that have nobody in the line', () => {
    const order = new FairOrder();
    for (let n = 0; n < 10_000; n++) order.advance(order.next(namespace(`n${n}`)));
    expect(order.size).toBeLessThan(200);
  });
});
