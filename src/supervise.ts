import { fileURLToPath } from 'node:url';
import type { LoadedConfig } from './config/index.js';
import { LogFileError } from './observability/logging/log-streams.js';
import { createRootLogger } from './observability/logging/root-logger.js';
import { Supervisor } from './supervisor/index.js';

export interface SuperviseOptions {
  /** The folder that holds package.json. */
  readonly packageRoot: URL;
  readonly wait: boolean;
  /** Aborted when the process is told to stop. */
  readonly signal: AbortSignal;
}

/** How long workers may take to close what they hold, beyond the time that the configuration gives their attempts. */
const CLOSING_MS = 15_000;

/** Serves by as many processes as WORKERS says, until SIGTERM or SIGINT; the second one kills them. */
export async function supervise(
  { config, secrets }: LoadedConfig,
  { packageRoot, wait, signal }: SuperviseOptions,
): Promise<void> {
  const logger = await createRootLogger(config, { secrets }).catch((error: unknown) => {
    if (!(error instanceof LogFileError)) throw error;
    process.stderr.write(`${secrets.text(error.message)}\n`);
    process.exit(1);
  });
  const { pino } = logger;
  const supervisor = new Supervisor({
    workers: config.workers,
    main: fileURLToPath(new URL('dist/main.js', packageRoot)),
    args: wait ? ['--wait'] : [],
    // May come from the command line.
    env: { ROLE: config.role, EXECUTION__POOLS: JSON.stringify(config.execution.pools) },
    stopWithinMs: () => (config.shutdownDelaySec + config.shutdownGraceSec) * 1_000 + CLOSING_MS,
    log: {
      info: (message) => pino.info({ context: Supervisor.name }, message),
      warn: (message) => pino.warn({ context: Supervisor.name }, message),
      error: (message) => pino.error({ context: Supervisor.name }, message),
    },
  });
  if (signal.aborted) process.exit(0);
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => supervisor.stop());
  const exitCode = await supervisor.run();
  await logger.close();
  process.exit(exitCode);
}
