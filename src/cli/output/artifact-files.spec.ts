import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ArtifactFolder } from './artifact-files.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('ArtifactFolder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wand-artifacts-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const save = async (text: string): Promise<string> => {
    const saved = await (await ArtifactFolder.open(folder)).save('My demo', 'chart.svg', bytes(text));
    return basename(saved.path);
  };

  it('writes a file named after graph and artifact, in a folder it makes', async () => {
    const inner = join(folder, 'a', 'b');
    const saved = await (await ArtifactFolder.open(inner)).save('demo', 'chart.svg', bytes('<svg/>'));
    expect(saved).toEqual({ path: join(inner, 'demo-chart.svg') });
    expect(await readFile(saved.path, 'utf8')).toBe('<svg/>');
  });

  it('replaces what an earlier run wrote', async () => {
    expect(await save('one')).toBe('My-demo-chart.svg');
    expect(await save('two')).toBe('My-demo-chart.svg');
    expect(await readFile(join(folder, 'My-demo-chart.svg'), 'utf8')).toBe('two');
    expect((await readdir(folder)).sort()).toEqual(['.wand-outputs.json', 'My-demo-chart.svg']);
  });

  it("keeps somebody else's file and takes another name", async () => {
    await writeFile(join(folder, 'My-demo-chart.svg'), 'mine');
    const saved = await (await ArtifactFolder.open(folder)).save('My demo', 'chart.svg', bytes('one'));
    expect(saved).toEqual({ path: join(folder, 'My-demo-chart-2.svg'), insteadOf: 'My-demo-chart.svg' });
    expect(await readFile(join(folder, 'My-demo-chart.svg'), 'utf8')).toBe('mine');
    expect(await save('two')).toBe('My-demo-chart-2.svg');
  });

  it('keeps its own file once somebody changed it', async () => {
    await save('one');
    await writeFile(join(folder, 'My-demo-chart.svg'), 'retouched');
    expect(await save('two')).toBe('My-demo-chart-2.svg');
  });

  it('never writes through a link', async () => {
    const target = join(folder, 'target');
    await writeFile(target, 'mine');
    await symlink(target, join(folder, 'My-demo-chart.svg'));
    expect(await save('one')).toBe('My-demo-chart-2.svg');
    expect(await readFile(target, 'utf8')).toBe('mine');
  });
});
