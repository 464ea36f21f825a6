import { type LevelWithSilent, type Logger, multistream, pino, stdTimeFunctions } from 'pino';
import type { AppConfig, SecretRegistry } from '../../config/index.js';
import { DerivedLoggers } from './derived-loggers.js';
import { logContext } from '../core/index.js';
import { activeTrace } from '../tracing/active-trace.js';
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
    private readonly derived: DerivedLoggers = new DerivedLoggers(),
  ) {}

  /** From now on this logger and all that derive from it log what is at least of `level`. */
  setLevel(level: LevelWithSilent): void {
    this.pino.level = level;
    this.derived.setLevel(level);
  }

  /** Writes what is still buffered and closes what it was written to; log nothing afterwards. */
  async close(): Promise<void> {
    await Promise.all(this.sinks.map((sink) => sink.close()));
  }
}

interface RootLoggerParts {
  /** Taken out of every line. */
  readonly secrets: SecretRegistry;
  /** Which of the processes of one parent logs; stands in each line, and in the name of the log file. */
  readonly workerNumber?: number;
  /** Where the console's lines go instead; for tests. */
  readonly console?: LogSink;
}

/** Builds the logger that `config` describes: to the console, and to the log file if there is one. */
export async function createRootLogger(
  config: Pick<AppConfig, 'appName' | 'environment' | 'logging'>,
  { secrets, console, workerNumber }: RootLoggerParts,
): Promise<RootLogger> {
  const { filePath } = config.logging;
  const files = filePath === undefined ? [] : [await openLogFile(filePath, config.logging, workerNumber)];
  const sinks = [console ?? (await consoleStream(config.logging)), ...files];
  const derived = new DerivedLoggers();
  const logger = pino(
    {
      level: pinoLevel(config),
      onChild: (child) => derived.add(child),
      base: {
        service: config.appName,
        environment: config.environment,
        ...(workerNumber === undefined ? {} : { worker: workerNumber }),
      },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: lineContext,
      mixinMergeStrategy: withContext,
      hooks: { streamWrite: (line) => secrets.line(line) },
      redact: { paths: SECRET_FIELDS, censor: '********' },
    },
    // The logger alone decides what is logged.
    multistream(sinks.map((stream) => ({ stream, level: 'trace' }))),
  );
  return new RootLogger(logger, sinks, derived);
}

/** What is being done, and in which span while tracing is on. */
function lineContext(): object {
  const context = logContext();
  const trace = activeTrace();
  return trace === undefined ? context : { ...context, ...trace };
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of a line with its context. Not pino's own way, which writes the fields into the context, where all later lines
 * find them. A line that says all of it itself, as that of a request does, is taken as it is: copying takes as long as half
 * of writing it.
 */
function withContext(fields: object, context: object): object {
  for (const name in context) {
    if ((fields as Fields)[name] !== (context as Fields)[name]) return { ...context, ...fields };
  }
  return fields;
}
