import { mkdirSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { type DestinationStream, destination } from 'pino';
import type { LoggingConfig } from '../../config/index.js';

/** Where log lines go; not written to any more once it is closed. */
export interface LogSink extends DestinationStream {
  /** Writes what is still buffered. */
  close(): Promise<void>;
}

/** Lines are gathered up to this size, and for this long, before they are written together. */
const GATHER_BYTES = 8_192;
const GATHER_MS = 20;

/** Lines for people, in colour on a terminal, or one JSON object per line. */
export async function consoleStream(config: Pick<LoggingConfig, 'jsonFormat'>): Promise<LogSink> {
  if (config.jsonFormat) return jsonStream(process.stdout.fd);
  // Imported where it is used, like the one for files: a service that needs neither should not hold them in memory.
  const { PinoPretty } = await import('pino-pretty');
  const stream = PinoPretty({
    colorize: process.stdout.isTTY,
    destination: process.stdout.fd,
    sync: true,
    ignore: 'service,environment',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  return { write: (line) => void stream.write(line), close: () => Promise.resolve() };
}

/**
 * One JSON object per line. A write of its own for each line would take a tenth of the time of a small request; so lines
 * wait a little for those that follow. What still waits when the process exits is written then.
 */
export function jsonStream(fd: number): LogSink {
  const stream = destination({ fd, sync: true, minLength: GATHER_BYTES });
  surviveErrors(stream);
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    stream.flush();
  };
  process.once('exit', flush);
  return {
    write: (line) => {
      stream.write(line);
      timer ??= setTimeout(flush, GATHER_MS).unref();
    },
    close: () => {
      process.off('exit', flush);
      flush();
      return Promise.resolve();
    },
  };
}

/** A log that cannot be written, because its disk is full, is tried again with the next line; it stops nothing else. */
function surviveErrors(stream: { on(event: 'error', listener: () => void): unknown }): void {
  stream.on('error', () => undefined);
}

/**
 * The log file `path`, with a running number before its extension. It is closed and the next one begun when it is
 * `maxFileSizeMb` large; `backupCount` closed ones are kept.
 */
export async function openLogFile(
  path: string,
  config: Pick<LoggingConfig, 'maxFileSizeMb' | 'backupCount'>,
): Promise<LogSink> {
  const { default: pinoRoll } = await import('pino-roll');
  mkdirSync(dirname(path), { recursive: true });
  const extension = extname(path);
  const stream = await pinoRoll({
    file: extension === '' ? path : path.slice(0, -extension.length),
    extension: extension === '' ? undefined : extension,
    size: `${config.maxFileSizeMb}m`,
    limit: { count: config.backupCount, removeOtherLogFiles: true },
    // A line is in the file before the process can crash, and a busy process rolls its files in time.
    sync: true,
  });
  surviveErrors(stream);
  return {
    write: (line) => void stream.write(line),
    close: () =>
      new Promise((resolve) => {
        stream.once('close', () => resolve());
        stream.end();
      }),
  };
}
