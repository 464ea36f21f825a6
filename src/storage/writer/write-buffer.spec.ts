import { WriteBuffer } from './write-buffer.js';

describe('the buffer of waiting units', () => {
  const waiting = (bytes: number) => ({
    unit: { apply: () => undefined, rows: 1, bytes, isRefusable: true },
    settle: () => undefined,
  });
  const bufferOf = (...sizes: number[]): WriteBuffer => {
    const buffer = new WriteBuffer();
    for (const bytes of sizes) buffer.push(waiting(bytes));
    return buffer;
  };
  const sizes = (buffer: WriteBuffer, limits: { units: number; bytes: number }) =>
    buffer.peek(limits).map(({ unit }) => unit.bytes);

  it('hands out the oldest units up to the limit of either kind', () => {
    const buffer = bufferOf(10, 20, 30, 40);
    expect(sizes(buffer, { units: 3, bytes: 1_000 })).toEqual([10, 20, 30]);
    expect(sizes(buffer, { units: 10, bytes: 30 })).toEqual([10, 20]);
    expect(sizes(buffer, { units: 10, bytes: 1_000 })).toEqual([10, 20, 30, 40]);
  });

  it('hands out a unit that is larger than the limit, alone', () => {
    expect(sizes(bufferOf(500, 1), { units: 10, bytes: 100 })).toEqual([500]);
    expect(sizes(bufferOf(), { units: 10, bytes: 100 })).toEqual([]);
  });

  it('keeps what it hands out until that is dropped', () => {
    const buffer = bufferOf(10, 20, 30);
    buffer.drop(2);
    expect(sizes(buffer, { units: 10, bytes: 1_000 })).toEqual([30]);
    expect([buffer.units, buffer.bytes]).toEqual([1, 30]);
  });

  it('reaches a limit by number or by size, and never while it is empty', () => {
    expect(bufferOf().reaches({ units: 1, bytes: 1 })).toBe(false);
    expect(bufferOf(5, 5).reaches({ units: 2, bytes: 100 })).toBe(true);
    expect(bufferOf(5, 5).reaches({ units: 3, bytes: 10 })).toBe(true);
    expect(bufferOf(5, 5).reaches({ units: 3, bytes: 11 })).toBe(false);
  });
});
