import { Readable } from 'node:stream';
import { type TextLine, textLines } from './text-lines.js';

const linesOf = async (...pieces: (Uint8Array | string)[]): Promise<TextLine[]> => {
  const lines: TextLine[] = [];
  for await (const line of textLines(Readable.from(pieces))) lines.push(line);
  return lines;
};

describe('textLines', () => {
  it('puts lines together from pieces that end anywhere, inside a character too', async () => {
    const bytes = Buffer.from('\ufeffé\u2028x\n\nlast\n');
    for (let size = 1; size <= bytes.length; size++) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(await linesOf(...pieces)).toEqual([
        { number: 1, text: 'é\u2028x', isWhole: true },
        { number: 2, text: '', isWhole: true },
        { number: 3, text: 'last', isWhole: true },
      ]);
    }
  });

  it('says that a last line may not be whole, and leaves half a character out', async () => {
    expect(await linesOf('a\nb')).toEqual([
      { number: 1, text: 'a', isWhole: true },
      { number: 2, text: 'b', isWhole: false },
    ]);
    expect(await linesOf(Buffer.from('aé').subarray(0, 2))).toEqual([{ number: 1, text: 'a', isWhole: false }]);
    expect(await linesOf()).toEqual([]);
  });

  it('refuses what is not UTF-8', async () => {
    await expect(linesOf(Buffer.from([0xff, 0x0a]))).rejects.toThrow('not valid for encoding utf-8');
  });
});
