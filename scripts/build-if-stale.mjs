/**
 * Builds `dist` when a source is newer than the last build, or with `--force` in any case.
 * `node scripts/build-if-stale.mjs <file of dist> [arguments…]` then runs that file in this very process, so that signals
 * reach it and nothing stands between it and its caller.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const staged = join(root, 'dist.next');
const replaced = join(root, 'dist.old');
const cache = join(root, 'node_modules', '.cache');
const lock = join(cache, 'wand-build.lock');
/** In `dist`; its time is that of the build's start. */
const MARKER = '.built';
const SINGLE_SOURCES = ['package.json', 'tsconfig.json', 'nest-cli.json', '.swcrc'];
const POLL_MS = 100;

/** When something of this path changed last, folders included: their time shows that a file was removed. */
function newest(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stats.mtimeMs);
}

function isStale() {
  const built = statSync(join(dist, MARKER), { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return true;
  return Math.max(newest(join(root, 'src')), ...SINGLE_SOURCES.map((name) => newest(join(root, name)))) > built;
}

/** Builds beside `dist` and swaps the two: a program that starts meanwhile finds the old one, whole. */
function build() {
  const startedAt = new Date();
  rmSync(staged, { recursive: true, force: true });
  try {
    compileTo(staged);
    writeFileSync(join(staged, MARKER), '');
    // What is edited during a build is not in it.
    utimesSync(join(staged, MARKER), startedAt, startedAt);
    rmSync(replaced, { recursive: true, force: true });
    if (existsSync(dist)) renameSync(dist, replaced);
    renameSync(staged, dist);
  } finally {
    for (const folder of [staged, replaced]) rmSync(folder, { recursive: true, force: true });
  }
}

function compileTo(folder) {
  const config = JSON.parse(readFileSync(join(root, 'nest-cli.json'), 'utf8'));
  config.compilerOptions.deleteOutDir = false;
  config.compilerOptions.builder.options.outDir = relative(root, folder);
  const configPath = join(cache, 'wand-nest-cli.json');
  writeFileSync(configPath, JSON.stringify(config));
  const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const args = [nest, 'build', '--config', relative(root, configPath)];
  // On stderr: the command that runs next may be asked for nothing but JSON.
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the build failed: see above');
}

function tryLock() {
  mkdirSync(cache, { recursive: true });
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isHeld()) rmSync(lock, { force: true });
    return false;
  }
}

/** True while the process that took the lock lives. */
function isHeld() {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Empty for the moment between its creation and the write.
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Makes `dist` fit the sources; of several callers at once, one builds and the others wait. */
export async function buildIfStale() {
  while (isStale()) {
    if (tryLock()) return buildLocked();
    await sleep(POLL_MS);
  }
}

function buildLocked() {
  try {
    // Another caller may have built it between the look and the lock.
    if (isStale()) build();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** npm tells a signal to the shell that it starts scripts in, and that one may die without passing it on. */
function stopWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, POLL_MS);
  watch.unref();
}

async function main([target, ...args]) {
  try {
    if (target === '--force') rmSync(join(dist, MARKER), { force: true });
    await buildIfStale();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
    return;
  }
  if (target === undefined || target === '--force') return;
  if (process.env.npm_lifecycle_event !== undefined) stopWithParent();
  const path = resolve(root, target);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path).href);
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
