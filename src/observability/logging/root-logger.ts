import { type DestinationStream, type Logger, multistream, pino, stdTimeFunctions } from 'pino';
import type { AppConfig } from '../../config/index.js';
import { logContext } from './log-context.js';
import { pinoLevel } from './log-level.js';
import { type LogFile, consoleStream, openLogFile } from './log-streams.js';

/** Wherever they turn up in what is logged, these are not told. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'api_key',
  'apiKey',
  'access_token',
  'password',
].flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.headers["${name}"]`, `headers["${name}"]`]);

/** The logger that every other one derives from; also the token to inject it by. */
export class RootLogger {
  constructor(
    readonly pino: Logger,
    private readonly file?: LogFile,
  ) {}

  /** Writes what is still buffered and closes the log file; log nothing afterwards. */
  async close(): Promise<void> {
    await this.file?.close();
  }
}

/**
 * Builds the logger that `config` describes: to the console, and to the log file if there is one.
 *
 * @param console where the console's lines go instead; for tests
 */
export async function createRootLogger(
  config: Pick<AppConfig, 'appName' | 'environment' | 'debug' | 'logging'>,
  console?: DestinationStream,
): Promise<RootLogger> {
  const { filePath } = config.logging;
  const file = filePath === undefined ? undefined : await openLogFile(filePath, config.logging);
  const level = pinoLevel(config);
  const streams = [console ?? (await consoleStream(config.logging)), ...(file === undefined ? [] : [file])].map(
    (stream) => ({ stream, level }),
  );
  const logger = pino(
    {
      level,
      base: { service: config.appName, environment: config.environment },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: logContext,
      redact: { paths: SECRET_FIELDS, censor: '********' },
    },
    multistream(streams),
  );
  return new RootLogger(logger, file);
}
