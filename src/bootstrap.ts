import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { ConfigError, SecretRegistry, loadConfig } from './config/index.js';
import { DatabaseOwnedError } from './executor/index.js';
import { LogFileError, MetricsPortError } from './observability/index.js';
import { PluginLoadError } from './plugins/index.js';
import { Service } from './service.js';
import {
  DatabaseOpenError,
  DatabaseTooNewError,
  DatabaseUrlError,
  IncompleteCopyError,
  JournalUnavailableError,
  MigrationBlockedError,
  MigrationsPendingError,
} from './storage/index.js';

export interface ServeOptions {
  /** The folder that holds package.json. */
  readonly packageRoot: URL;
  /** Wait until another process that owns the database has gone, instead of stopping. */
  readonly wait: boolean;
}

/** What an operator can mend: told in one line, without a stack. */
const OPERATOR_ERRORS = [
  ConfigError,
  DatabaseOwnedError,
  DatabaseOpenError,
  DatabaseTooNewError,
  DatabaseUrlError,
  IncompleteCopyError,
  JournalUnavailableError,
  LogFileError,
  MetricsPortError,
  MigrationBlockedError,
  MigrationsPendingError,
  PluginLoadError,
];

/** Serves until SIGTERM or SIGINT; writes what is wrong and sets the exit code if it cannot start. */
export async function serve({ packageRoot, wait }: ServeOptions): Promise<void> {
  const stopping = stopSignal();
  let secrets = new SecretRegistry();
  try {
    const loaded = loadConfig({ env: process.env, cwd: process.cwd(), packageRoot: fileURLToPath(packageRoot) });
    secrets = loaded.secrets;
    process.on('uncaughtException', (error) => crash(error, secrets));
    const service = await Service.start(loaded, { wait, signal: stopping, onOwnershipLost: exitAtOnce });
    if (stopping.aborted) await stop(service);
    else stopping.addEventListener('abort', () => void stop(service));
  } catch (error) {
    if (stopping.aborted && isAbort(error)) process.exit(0);
    if (!isForOperator(error)) crash(error, secrets);
    process.exitCode = 1;
    process.stderr.write(`${secrets.text(error.message)}\n`);
    // What plugins have begun would keep the process from ending.
    if (error instanceof PluginLoadError) process.exit(1);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function isForOperator(error: unknown): error is Error {
  if (OPERATOR_ERRORS.some((type) => error instanceof type)) return true;
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
}

/** As Node ends a process on an error that nobody caught, but telling no secret. */
function crash(error: unknown, secrets: SecretRegistry): never {
  process.stderr.write(`${secrets.text(described(error))}\n`);
  process.exit(1);
}

/** An error of a plugin may fail when it is looked at, and Node would then tell that second error as it is. */
function described(error: unknown): string {
  try {
    return inspect(error);
  } catch {
    return 'the process ends on an error that cannot be shown';
  }
}

/** Aborted by the first SIGTERM or SIGINT, which may come before there is a service to stop. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}

async function stop(service: Service): Promise<never> {
  try {
    await service.stop();
  } catch (error) {
    process.stderr.write(`the service did not stop in order: ${String(error)}\n`);
    process.exit(1);
  }
  process.exit(0);
}

/** Nothing is left to be written or told: what this process held goes on in the other one. */
function exitAtOnce(): void {
  process.stderr.write('another process took the database over: stopped\n');
  process.exit(1);
}
