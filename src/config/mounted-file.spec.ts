import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMountedFile } from './mounted-file.js';

describe('readMountedFile', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-mounted-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const read = (content: string | Uint8Array) => {
    const path = join(folder, 'value');
    writeFileSync(path, content);
    return readMountedFile(path);
  };

  it.each([
    ['secret', 'secret'],
    ['secret\n', 'secret'],
    ['secret\r\n', 'secret'],
    ['secret\n\n', 'secret\n'],
    ['\uFEFFsecret', 'secret'],
  ])('reads %j as %j', (content, text) => {
    expect(read(content)).toEqual({ ok: true, text });
  });

  it('follows links, as mounted secrets are', () => {
    writeFileSync(join(folder, 'real'), 'secret');
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(readMountedFile(join(folder, 'link'))).toEqual({ ok: true, text: 'secret' });
  });

  it.each([
    ['', 'that is not empty'],
    ['\n', 'that is not empty'],
    ['x'.repeat(1_048_577), 'of at most 1048576 bytes'],
    [Uint8Array.of(0xc3, 0x28), 'that holds UTF-8 text'],
    [Buffer.from('secret', 'utf16le'), 'that holds UTF-8 text'],
  ])('refuses a file (case %#) %s', (content, what) => {
    expect(read(content)).toMatchObject({ ok: false, takes: `the path of a file ${what}` });
  });

  it('takes a file of exactly the largest size', () => {
    expect(read('x'.repeat(1_048_576))).toMatchObject({ ok: true });
  });

  it('says why a file cannot be opened', () => {
    const takes = (path: string) => readMountedFile(path);
    expect(takes(join(folder, 'none'))).toMatchObject({
      ok: false,
      takes: 'the path of a file that can be read (ENOENT)',
    });
    expect(takes('a\0b')).toMatchObject({ ok: false });
  });

  it('waits for no pipe and reads no folder or device', () => {
    execFileSync('sh', ['-c', 'mkfifo pipe'], { cwd: folder });
    for (const path of [join(folder, 'pipe'), folder, '/dev/zero']) {
      expect(readMountedFile(path)).toMatchObject({
        ok: false,
        takes: 'the path of a file that is neither a folder nor a device',
      });
    }
  });
});
