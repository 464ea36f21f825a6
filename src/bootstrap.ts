import { fileURLToPath } from 'node:url';
import { ConfigError, type LoadedConfig, SecretRegistry, WORKER_NUMBER, loadConfig } from './config/index.js';
import { crash } from './crash.js';

export interface ServeOptions {
  /** The folder that holds package.json. */
  readonly packageRoot: URL;
  /** Wait until another process that owns the database has gone, instead of stopping. */
  readonly wait: boolean;
  /** Wins over ROLE. */
  readonly role?: string;
  /** Win over EXECUTION__POOLS. */
  readonly pool?: readonly string[];
}

/**
 * Serves until SIGTERM or SIGINT; writes what is wrong and sets the exit code if it cannot start. With WORKERS above 1 it
 * serves by other processes, which it starts and watches.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const stopping = stopSignal();
  const loaded = load(options);
  if (loaded === undefined) return;
  process.on('uncaughtException', (error) => crash(error, loaded.secrets));
  const { config, workerNumber } = loaded;
  // What this process starts in turn is no worker.
  delete process.env[WORKER_NUMBER];
  // Imported only now: whoever starts the workers need not hold what they do.
  if (config.workers > 1 && workerNumber === undefined) {
    const { supervise } = await import('./supervise.js');
    await supervise(loaded, { packageRoot: options.packageRoot, wait: options.wait, signal: stopping.signal });
    return;
  }
  const { serveHere } = await import('./serve-here.js');
  await serveHere(loaded, { wait: options.wait, stopping });
}

/** Undefined if there was anything wrong with it, which has been told then. */
function load({ packageRoot, role, pool }: ServeOptions): LoadedConfig | undefined {
  const env = {
    ...process.env,
    ...(role === undefined ? {} : { ROLE: role }),
    ...(pool === undefined ? {} : { EXECUTION__POOLS: JSON.stringify(pool) }),
  };
  try {
    return loadConfig({ env, cwd: process.cwd(), packageRoot: fileURLToPath(packageRoot) });
  } catch (error) {
    if (!(error instanceof ConfigError)) crash(error, new SecretRegistry());
    process.exitCode = 1;
    process.stderr.write(`${error.message}\n`);
    return undefined;
  }
}

/** Aborted by the first SIGTERM or SIGINT, which may come before there is a service to stop. */
function stopSignal(): AbortController {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  return stopping;
}
