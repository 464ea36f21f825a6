/**
 * Runs promtool with the arguments given, standard input and all: the one on the PATH, else the one of Debian's package
 * `prometheus`, which is fetched once into node_modules/.cache without being installed. Exits with promtool's code, or
 * with 69 and a line on standard error when there is none to be had. REQUIRE_PROMTOOL=1 makes that a plain failure.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const UNAVAILABLE = 69;
const FETCH_TIMEOUT_MS = 100_000;
const cache = fileURLToPath(new URL('../node_modules/.cache/promtool/', import.meta.url));
const cached = join(cache, 'promtool');

function works(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

function run(command, args, cwd) {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: FETCH_TIMEOUT_MS });
  if (status === 0) return;
  throw new Error(`${command}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

/** Lists of packages of our own, so that neither root nor the system's lists are needed. */
function aptOptions(folder) {
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, name), { recursive: true });
  const set = { 'Dir::State::lists': join(folder, 'lists'), 'Dir::Cache': folder, 'APT::Sandbox::User': '' };
  return Object.entries(set).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

function download(folder) {
  try {
    run('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=', 'prometheus'], folder);
  } catch {
    const options = aptOptions(folder);
    run('apt-get', ['update', '-qq', ...options], folder);
    run('apt-get', ['download', '-qq', ...options, 'prometheus'], folder);
  }
}

function fetchPromtool() {
  const folder = mkdtempSync(join(tmpdir(), 'promtool-'));
  try {
    download(folder);
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new Error('apt-get download left no package');
    run('dpkg', ['-x', archive, 'package'], folder);
    mkdirSync(cache, { recursive: true });
    copyFileSync(join(folder, 'package/usr/bin/promtool'), cached);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function findPromtool() {
  if (works('promtool')) return 'promtool';
  if (!existsSync(cached)) fetchPromtool();
  if (!works(cached)) throw new Error('the promtool that was fetched does not run here');
  return cached;
}

try {
  const { status } = spawnSync(findPromtool(), process.argv.slice(2), { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} catch (error) {
  process.stderr.write(`SKIPPED: no promtool, install Debian's package prometheus (${error.message})\n`);
  process.exitCode = process.env.REQUIRE_PROMTOOL === '1' ? 1 : UNAVAILABLE;
}
