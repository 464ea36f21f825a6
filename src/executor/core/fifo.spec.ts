import { Fifo } from './fifo.js';

const filled = (count: number): Fifo<number> => {
  const fifo = new Fifo<number>();
  for (let item = 0; item < count; item++) fifo.push(item);
  return fifo;
};

describe('Fifo', () => {
  it('hands items out in the order in which they came', () => {
    const fifo = filled(3);
    expect([fifo.shift(), fifo.shift(), fifo.shift(), fifo.shift()]).toEqual([0, 1, 2, undefined]);
  });

  it('shows the oldest item without taking it', () => {
    const fifo = filled(2);
    expect(fifo.peek()).toBe(0);
    expect(fifo.size).toBe(2);
    expect(new Fifo().peek()).toBeUndefined();
  });

  it('keeps order and size over thousands of items, whatever it lets go of in between', () => {
    const fifo = filled(5_000);
    const taken: (number | undefined)[] = [];
    for (let count = 0; count < 4_000; count++) taken.push(fifo.shift());
    fifo.push(5_000);
    expect(fifo.size).toBe(1_001);
    while (fifo.size > 0) taken.push(fifo.shift());
    expect(taken).toEqual(Array.from({ length: 5_001 }, (_, index) => index));
  });

  it('drains to empty, and takes new items after that', () => {
    const fifo = filled(3);
    fifo.shift();
    expect(fifo.drain()).toEqual([1, 2]);
    expect(fifo.size).toBe(0);
    fifo.push(9);
    expect(fifo.shift()).toBe(9);
  });
});
