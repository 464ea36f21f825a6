import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonStream } from './log-streams.js';

describe('jsonStream', () => {
  let folder: string;
  let fd: number;
  const written = (): string => readFileSync(join(folder, 'log'), 'utf8');

  beforeEach(() => {
    jest.useFakeTimers();
    folder = mkdtempSync(join(tmpdir(), 'wand-log-'));
    fd = openSync(join(folder, 'log'), 'a');
  });
  afterEach(() => {
    jest.useRealTimers();
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  it('writes lines of a moment together, in order', async () => {
    const stream = jsonStream(fd);
    stream.write('1\n');
    stream.write('2\n');
    expect(written()).toBe('');
    jest.advanceTimersByTime(20);
    expect(written()).toBe('1\n2\n');
    stream.write('3\n');
    jest.advanceTimersByTime(20);
    expect(written()).toBe('1\n2\n3\n');
    await stream.close();
  });

  it('does not wait once much has gathered', async () => {
    const stream = jsonStream(fd);
    const line = `${'x'.repeat(999)}\n`;
    for (let count = 0; count < 20; count++) stream.write(line);
    expect(written().length).toBeGreaterThanOrEqual(16_000);
    await stream.close();
    expect(written()).toBe(line.repeat(20));
  });

  it('writes what waits when it is closed, and when the process exits', async () => {
    const stream = jsonStream(fd);
    stream.write('1\n');
    // The listener alone: the test runner has some of its own.
    (process.listeners('exit').at(-1) as () => void)();
    expect(written()).toBe('1\n');
    stream.write('2\n');
    await stream.close();
    expect(written()).toBe('1\n2\n');
  });

  it('survives a disk that is full', async () => {
    const full = openSync('/dev/full', 'w');
    const stream = jsonStream(full);
    for (let line = 0; line < 3; line++) {
      stream.write('{}\n');
      expect(() => jest.advanceTimersByTime(20)).not.toThrow();
    }
    await stream.close();
    closeSync(full);
  });
});
