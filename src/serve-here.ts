import { LiveConfig, type LoadedConfig } from './config/index.js';
import { crash } from './crash.js';
import { DatabaseOwnedError, FleetOnDatabaseError, OtherQueueError } from './executor/index.js';
import { LogFileError, Metrics, MetricsPortError } from './observability/index.js';
import { PluginLoadError } from './plugins/index.js';
import { PortError } from './port-error.js';
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

export interface ServeHereOptions {
  /** Wait until another process that owns the database has gone, instead of stopping. */
  readonly wait: boolean;
  /** Aborted when the process is told to stop. */
  readonly stopping: AbortController;
}

/** What an operator can mend: told in one line, without a stack. */
const OPERATOR_ERRORS = [
  DatabaseOwnedError,
  DatabaseOpenError,
  DatabaseTooNewError,
  DatabaseUrlError,
  FleetOnDatabaseError,
  IncompleteCopyError,
  JournalUnavailableError,
  LogFileError,
  MetricsPortError,
  MigrationBlockedError,
  MigrationsPendingError,
  OtherQueueError,
  PluginLoadError,
  PortError,
];

/** Serves in this process until it is told to stop; writes what is wrong and sets the exit code if it cannot start. */
export async function serveHere(loaded: LoadedConfig, { wait, stopping }: ServeHereOptions): Promise<void> {
  const { secrets, workerNumber } = loaded;
  const { signal } = stopping;
  try {
    const service = await Service.start(loaded, { wait, signal, onOwnershipLost: exitAtOnce });
    if (workerNumber !== undefined) await joinParent(service, stopping);
    if (signal.aborted) await stop(service);
    else signal.addEventListener('abort', () => void stop(service));
  } catch (error) {
    if (signal.aborted && isAbort(error)) process.exit(0);
    if (!isForOperator(error)) crash(error, secrets);
    process.stderr.write(`${secrets.text(error.message)}\n`);
    // What plugins have begun would keep the process from ending, as would a connection to a queue or the line to a parent: a
    // process that serves nothing, and that no signal stops.
    process.exit(1);
  }
}

/** Loaded by workers alone. */
async function joinParent({ app }: Service, stopping: AbortController): Promise<void> {
  const { WorkerLink, whenParentIsGone } = await import('./supervisor/worker-link.js');
  const [metrics, live] = [app.get(Metrics), app.get(LiveConfig)];
  const link = new WorkerLink({ ownMetrics: () => metrics.text(), onOverride: (texts) => live.mirror(texts) });
  metrics.gatherBy(() => link.metrics());
  live.onOverride((texts) => link.override(texts));
  // Nobody would start it again, or stop it.
  whenParentIsGone(() => stopping.abort());
  link.ready();
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function isForOperator(error: unknown): error is Error {
  return OPERATOR_ERRORS.some((type) => error instanceof type);
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
