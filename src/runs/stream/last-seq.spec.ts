import { startSeq } from './last-seq.js';

describe('startSeq', () => {
  it('is the beginning when nothing is said', () => {
    expect(startSeq(undefined, undefined)).toBe(0);
  });

  it('takes the header before the parameter', () => {
    expect(startSeq('7', 3)).toBe(7);
    expect(startSeq('0', 3)).toBe(0);
    expect(startSeq(undefined, 3)).toBe(3);
  });

  it('takes an empty header for none: a client that has seen no id sends it so', () => {
    expect(startSeq('', 3)).toBe(3);
  });

  it.each(['x', '-1', '1.5', '1e3', ' 7', '7, 8', '٣', '9'.repeat(13)])('refuses %j, naming the header', (header) => {
    const refusal = expect.objectContaining({
      code: 'invalid-parameter',
      errors: [expect.objectContaining({ parameter: 'Last-Event-ID' })],
    }) as Error;
    expect(() => startSeq(header, 3)).toThrow(refusal);
  });
});
