import { mkdirSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { type DestinationStream, destination } from 'pino';
import type { LoggingConfig } from '../../config/index.js';
import { type LineStream, LineWriter } from './line-writer.js';
import { printableEntry } from './printable-entry.js';

/** Where log lines go; not written to any more once it is closed. */
export interface LogSink extends DestinationStream {
  /** Writes what is still buffered. */
  close(): Promise<void>;
}

/** LOGGING__FILE_PATH cannot be written to. */
export class LogFileError extends Error {
  override readonly name = 'LogFileError';
  constructor(path: string, options: ErrorOptions) {
    const { cause } = options;
    const reason = typeof cause === 'object' && cause !== null && 'code' in cause ? ` (${String(cause.code)})` : '';
    super(
      `LOGGING__FILE_PATH: cannot write to ${path}${reason}: name a file in a folder that can be written to`,
      options,
    );
  }
}

/** Lines are gathered up to this size, and for this long, before they are written together. */
const GATHER_BYTES = 8_192;
const GATHER_MS = 20;

/** Lines for people, in colour on a terminal, or one JSON object per line. */
export function consoleStream(config: Pick<LoggingConfig, 'jsonFormat'>): Promise<LogSink> {
  const { fd, isTTY } = process.stdout;
  return config.jsonFormat ? Promise.resolve(jsonStream(fd)) : prettyStream(fd, isTTY);
}

/** Lines for people, each written at once. */
export async function prettyStream(fd: number, hasColours: boolean): Promise<LogSink> {
  // Imported where it is used, like the one for files: a service that needs neither should not hold them in memory.
  const { prettyFactory } = await import('pino-pretty');
  const toText = prettyFactory({
    colorize: hasColours,
    ignore: 'service,environment',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  // Not as a stream of pino-pretty's own: that one ends for good with the second error of its disk.
  const writer = new LineWriter(destination({ fd, sync: true }));
  return { write: (line) => writer.write(toText(printableEntry(JSON.parse(line)))), close: () => Promise.resolve() };
}

/**
 * One JSON object per line. A write of its own for each line would take a tenth of the time of a small request; so lines
 * wait a little for those that follow. What still waits when the process exits is written then.
 */
export function jsonStream(fd: number): LogSink {
  const stream = destination({ fd, sync: true, minLength: GATHER_BYTES });
  const writer = new LineWriter(stream);
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    stream.flush();
  };
  process.once('exit', flush);
  return {
    write: (line) => {
      writer.write(line);
      timer ??= setTimeout(flush, GATHER_MS).unref();
    },
    close: () => {
      process.off('exit', flush);
      flush();
      return Promise.resolve();
    },
  };
}

/**
 * The log file `path`, with a running number before its extension. It is closed and the next one begun when it is
 * `maxFileSizeMb` large; `backupCount` closed ones are kept. A worker has files of its own, with its number in their names:
 * two processes would remove each other's.
 *
 * @throws {LogFileError} if it cannot be written to.
 */
export async function openLogFile(
  path: string,
  config: Pick<LoggingConfig, 'maxFileSizeMb' | 'backupCount'>,
  workerNumber?: number,
): Promise<LogSink> {
  const stream = await rollingFile(path, config, workerNumber).catch((error: unknown) => {
    throw new LogFileError(path, { cause: error });
  });
  const writer = new LineWriter(stream);
  return {
    write: (line) => writer.write(line),
    close: () =>
      new Promise((resolve) => {
        stream.once('close', () => resolve());
        // What a full disk does not take is lost: waiting for room would keep the process from stopping.
        stream.once('error', () => stream.destroy());
        stream.end();
      }),
  };
}

async function rollingFile(
  path: string,
  config: Pick<LoggingConfig, 'maxFileSizeMb' | 'backupCount'>,
  workerNumber: number | undefined,
): Promise<LineStream> {
  const { default: pinoRoll } = await import('pino-roll');
  mkdirSync(dirname(path), { recursive: true });
  const extension = extname(path);
  const stem = extension === '' ? path : path.slice(0, -extension.length);
  return pinoRoll({
    file: workerNumber === undefined ? stem : `${stem}-worker${workerNumber}`,
    extension: extension === '' ? undefined : extension,
    size: `${config.maxFileSizeMb}m`,
    // Where it looks at all files that there are, as after a restart, it counts the one in use among them.
    limit: { count: config.backupCount + 1, removeOtherLogFiles: true },
    // A line is in the file before the process can crash, and a busy process rolls its files in time.
    sync: true,
  });
}
