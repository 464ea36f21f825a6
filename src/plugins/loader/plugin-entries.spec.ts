import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pluginEntries } from './plugin-entries.js';

describe('pluginEntries', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-plugins-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (path: string, text = ''): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const found = async (): Promise<string[]> => (await pluginEntries(folder)).map(({ path }) => relative(folder, path));

  it('takes modules and packages in the order of their names, and nothing else', async () => {
    for (const file of ['c.mjs', 'a.js', 'b.cjs', 'notes.md', 'd.ts', '_shared.js', '.hidden.js', 'a.test.js'])
      write(file);
    write('data/words.txt');
    write('node_modules/zod/index.js');
    write('with-index/index.js');
    write('with-main/package.json', '{"main":"lib/start.cjs"}');
    write('with-main/lib/start.cjs');
    write('with-exports/package.json', '{"main":"old.js","exports":{".":{"import":"./new.mjs"}}}');
    write('with-exports/new.mjs');
    write('package.json', '{"type":"module"}');
    expect(await found()).toEqual([
      'a.js',
      'b.cjs',
      'c.mjs',
      'with-exports/new.mjs',
      'with-index/index.js',
      'with-main/lib/start.cjs',
    ]);
  });

  it('notices that a file has changed', async () => {
    write('a.js', '1');
    const [before] = await pluginEntries(folder);
    expect(await pluginEntries(folder)).toEqual([before]);
    write('a.js', '22');
    const [after] = await pluginEntries(folder);
    expect(after?.signature).not.toBe(before?.signature);
  });

  it('says which package is broken', async () => {
    write('broken/package.json', '{');
    await expect(pluginEntries(folder)).rejects.toThrow(/broken\/package\.json is no JSON/);
    write('broken/package.json', '{"main":"gone.js"}');
    await expect(pluginEntries(folder)).rejects.toThrow(/gone\.js/);
    await expect(pluginEntries(join(folder, 'none'))).rejects.toThrow(/ENOENT/);
  });
});
