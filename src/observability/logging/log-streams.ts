import { mkdirSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { type DestinationStream, destination } from 'pino';
import type { LoggingConfig } from '../../config/index.js';

/** A log file that is not written to any more once it is closed. */
export interface LogFile extends DestinationStream {
  /** Writes what is still buffered and lets the file go. */
  close(): Promise<void>;
}

/** Lines for people, in colour on a terminal, or one JSON object per line. */
export async function consoleStream(config: Pick<LoggingConfig, 'jsonFormat'>): Promise<DestinationStream> {
  if (config.jsonFormat) return destination({ fd: process.stdout.fd, sync: true });
  // Imported where it is used, like the one for files: a service that needs neither should not hold them in memory.
  const { PinoPretty } = await import('pino-pretty');
  return PinoPretty({
    colorize: process.stdout.isTTY,
    destination: process.stdout.fd,
    sync: true,
    ignore: 'service,environment',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
}

/**
 * The log file `path`, with a running number before its extension. It is closed and the next one begun when it is
 * `maxFileSizeMb` large; `backupCount` closed ones are kept.
 */
export async function openLogFile(
  path: string,
  config: Pick<LoggingConfig, 'maxFileSizeMb' | 'backupCount'>,
): Promise<LogFile> {
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
  return {
    write: (line: string) => {
      stream.write(line);
    },
    close: () =>
      new Promise((resolve) => {
        stream.once('close', () => resolve());
        stream.end();
      }),
  };
}
