import { type Logger, multistream, pino, stdTimeFunctions } from 'pino';
import type { AppConfig, SecretRegistry } from '../../config/index.js';
import { logContext } from './log-context.js';
import { pinoLevel } from './log-level.js';
import { type LogSink, consoleStream, openLogFile } from './log-streams.js';

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
    private readonly sinks: readonly LogSink[] = [],
  ) {}

  /** Writes what is still buffered and closes what it was written to; log nothing afterwards. */
  async close(): Promise<void> {
    await Promise.all(this.sinks.map((sink) => sink.close()));
  }
}

interface RootLoggerParts {
  /** Taken out of every line. */
  readonly secrets: SecretRegistry;
  /** Where the console's lines go instead; for tests. */
  readonly console?: LogSink;
}

/** Builds the logger that `config` describes: to the console, and to the log file if there is one. */
export async function createRootLogger(
  config: Pick<AppConfig, 'appName' | 'environment' | 'debug' | 'logging'>,
  { secrets, console }: RootLoggerParts,
): Promise<RootLogger> {
  const { filePath } = config.logging;
  const files = filePath === undefined ? [] : [await openLogFile(filePath, config.logging)];
  const sinks = [console ?? (await consoleStream(config.logging)), ...files];
  const level = pinoLevel(config);
  const logger = pino(
    {
      level,
      base: { service: config.appName, environment: config.environment },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: logContext,
      hooks: { streamWrite: (line) => secrets.line(line) },
      redact: { paths: SECRET_FIELDS, censor: '********' },
    },
    multistream(sinks.map((stream) => ({ stream, level }))),
  );
  return new RootLogger(logger, sinks);
}
