import type { Json } from '../../executor/core/index.js';
import { parseRunInput } from './parse-run-input.js';

const files: Record<string, Json> = {
  'a.json': { url: 'https://example.com', limit: 1 },
  'list.json': [1, 2],
};
const read = (path: string): Promise<Json> => Promise.resolve(files[path] ?? null);

describe('parseRunInput', () => {
  it('is undefined when nothing was given', async () => {
    expect(await parseRunInput([], read)).toBeUndefined();
  });

  it('takes values that parse as JSON as JSON and others as text', async () => {
    const input = await parseRunInput(
      ['n=3', 'flag=true', 'list=["a"]', 'quoted="3"', 'text=3 apples', 'none=', 'nil=null'],
      read,
    );
    expect(input).toEqual({ n: 3, flag: true, list: ['a'], quoted: '3', text: '3 apples', none: '', nil: null });
  });

  it('keeps everything behind the first equals sign', async () => {
    expect(await parseRunInput(['url=https://example.com/?a=1&b=2'], read)).toEqual({
      url: 'https://example.com/?a=1&b=2',
    });
  });

  it.each(['n=1e999', 'n={"a":1,"a":2}', `n=${'['.repeat(2_000)}${']'.repeat(2_000)}`])(
    'refuses JSON that surprises: %.20s',
    async (pair) => {
      await expect(parseRunInput([pair], read)).rejects.toThrow(/^--input n: /);
    },
  );

  it('gives a dot in a key no meaning', async () => {
    expect(await parseRunInput(['a.b=1'], read)).toEqual({ 'a.b': 1 });
  });

  it('keeps __proto__ as plain data', async () => {
    const input = await parseRunInput(['__proto__={"x":1}'], read);
    expect(JSON.stringify(input)).toBe('{"__proto__":{"x":1}}');
  });

  it('lets later values win over earlier ones, files included', async () => {
    expect(await parseRunInput(['limit=5', '@a.json', 'url=http://other'], read)).toEqual({
      url: 'http://other',
      limit: 1,
    });
  });

  it('takes a file that holds no object as the whole input', async () => {
    expect(await parseRunInput(['@list.json'], read)).toEqual([1, 2]);
  });

  it('refuses to combine such a file with other values', async () => {
    await expect(parseRunInput(['a=1', '@list.json'], read)).rejects.toThrow(
      '--input @list.json: holds no JSON object',
    );
  });

  it.each(['novalue', '=1', '{"a":1}', '{"url":"x=y"}'])('refuses %s and says what it takes', async (value) => {
    await expect(parseRunInput([value], read)).rejects.toThrow('takes key=value, or @file.json');
  });
});
