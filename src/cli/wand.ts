#!/usr/bin/env node
import { nodeVersionFault } from '../node-version.js';

/** How long something that was left open may keep a command that has ended from exiting. */
const LINGER_MS = 2_000;

const fault = nodeVersionFault(process.versions.node);
if (fault === undefined) await main();
else {
  process.stderr.write(`${fault}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  // Imported only now: native modules crash on a Node that is too old before it could be said so.
  const { readFileSync } = await import('node:fs');
  const { enableCompileCache } = await import('node:module');
  const { resolve } = await import('node:path');
  const packageRoot = resolve(import.meta.dirname, '..', '..');
  // Halves the time to start. Where the folder cannot be written there is no cache, and no harm.
  enableCompileCache(resolve(packageRoot, 'node_modules', '.cache', 'wand-compile'));
  const { runCli } = await import('./run-cli.js');
  const { version } = JSON.parse(readFileSync(resolve(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const { env, stdin, stdout, stderr } = process;
  const code = await runCli(process.argv.slice(2), {
    packageRoot,
    version,
    cwd: process.cwd(),
    env,
    stdin,
    stdout,
    stderr,
  });
  if (code === undefined) return;
  process.exitCode = code;
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** Whoever reads our output has gone, as `head` does: what is under way ends all the same. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
