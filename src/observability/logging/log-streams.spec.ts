import fs, { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogSink, jsonStream, openLogFile, prettyStream } from './log-streams.js';

/** A line of 100 characters. */
const lineOf = (number: number): string => `${String(number).padStart(99, '0')}\n`;
const LINES = 30_000;
/** What may wait in memory for a disk that is full. */
const MOST_WAITING = 100_000;

/** A disk that has no room until it gets some. */
function fullDisk(): { readonly makeRoom: () => void } {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const spy = jest.spyOn(fs, 'writeSync').mockImplementation(() => {
    throw error;
  });
  return { makeRoom: () => spy.mockRestore() };
}

/** Writes more than may wait while the disk is full, then some lines for which there is room. */
async function liveThroughFullDisk(sink: LogSink): Promise<void> {
  const disk = fullDisk();
  for (let number = 0; number < LINES; number++) sink.write(lineOf(number));
  jest.advanceTimersByTime(20);
  disk.makeRoom();
  jest.advanceTimersByTime(2_000);
  sink.write(lineOf(LINES + 1));
  sink.write(lineOf(LINES + 2));
  jest.advanceTimersByTime(20);
  await sink.close();
}

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

  it('keeps little of what a full disk does not take, and goes on when there is room again', async () => {
    await liveThroughFullDisk(jsonStream(fd));
    expect(written().length).toBeLessThan(MOST_WAITING);
    expect(written().endsWith(lineOf(LINES + 1) + lineOf(LINES + 2))).toBe(true);
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

describe('prettyStream', () => {
  it('writes lines for people, and goes on after a disk that was full', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wand-log-'));
    const fd = openSync(join(folder, 'log'), 'a');
    const sink = await prettyStream(fd, false);
    jest.useFakeTimers();
    const disk = fullDisk();
    for (let number = 0; number < 10; number++) sink.write('{"level":"info","msg":"lost"}\n');
    disk.makeRoom();
    jest.advanceTimersByTime(2_000);
    sink.write('{"level":"info","msg":"again","runs":2}\n');
    expect(readFileSync(join(folder, 'log'), 'utf8').split('\n').at(-2)).toBe('INFO: again {"runs":2}');
    jest.useRealTimers();
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });
});

describe('a log file', () => {
  let folder: string;
  const written = (): string =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
  const open = (): Promise<LogSink> => openLogFile(join(folder, 'wand.log'), { maxFileSizeMb: 1, backupCount: 2 });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-log-'));
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  it('keeps little of what a full disk does not take, and goes on when there is room again', async () => {
    const sink = await open();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    await liveThroughFullDisk(sink);
    expect(written().length).toBeLessThan(MOST_WAITING);
    expect(written().endsWith(lineOf(LINES + 1) + lineOf(LINES + 2))).toBe(true);
  });

  it('that cannot be written to is said to be so', async () => {
    const config = { maxFileSizeMb: 1, backupCount: 2 };
    const refusal = 'LOGGING__FILE_PATH: cannot write to /dev/null/wand.log (EEXIST): name a file';
    await expect(openLogFile('/dev/null/wand.log', config)).rejects.toThrow(refusal);
  });

  it('can be closed while the disk is full', async () => {
    const sink = await open();
    const disk = fullDisk();
    sink.write(lineOf(1));
    await sink.close();
    disk.makeRoom();
    expect(written()).toBe('');
  });
});
