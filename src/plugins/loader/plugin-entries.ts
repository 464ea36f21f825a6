import type { Stats } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A module that brings plugins. */
export interface PluginEntry {
  /** Absolute path of the file to import. */
  readonly path: string;
  /** Differs when the file has changed. */
  readonly signature: string;
}

const MODULE = /\.[cm]?js$/;
/** Hidden, set aside by its author, or no plugin by its name. */
const IGNORED = /^[._]|^node_modules$|\.(?:test|spec)\.[cm]?js$/;
const INDEX_FILES = ['index.mjs', 'index.js', 'index.cjs'];

/**
 * The plugins of a directory, by name: each `.js`, `.mjs` and `.cjs` file, and each folder with a `package.json` or an
 * `index.js`. Other files and folders belong to them.
 *
 * @throws if the directory, or the entry of a folder, cannot be read.
 */
export async function pluginEntries(directory: string): Promise<PluginEntry[]> {
  const names = (await readdir(directory)).filter((name) => !IGNORED.test(name)).sort();
  const entries = await Promise.all(names.map((name) => entryAt(join(directory, name))));
  return entries.filter((entry) => entry !== undefined);
}

async function entryAt(path: string): Promise<PluginEntry | undefined> {
  const found = await stat(path);
  if (!found.isDirectory()) return MODULE.test(path) ? entryOf(path, found) : undefined;
  const main = await mainOf(path);
  if (main === undefined) return undefined;
  const file = join(path, main);
  return entryOf(file, await stat(file));
}

function entryOf(path: string, { mtimeMs, size }: Stats): PluginEntry {
  return { path, signature: `${mtimeMs} ${size}` };
}

/** The file that stands for a folder; undefined if it is no package. */
async function mainOf(folder: string): Promise<string | undefined> {
  const names = await readdir(folder);
  const named = names.includes('package.json') ? await namedEntry(join(folder, 'package.json')) : undefined;
  return named ?? INDEX_FILES.find((name) => names.includes(name));
}

async function namedEntry(packageFile: string): Promise<string | undefined> {
  const { exports, main } = parsePackage(packageFile, await readFile(packageFile, 'utf8'));
  return [exported(exports), main].find((entry) => typeof entry === 'string');
}

function parsePackage(packageFile: string, text: string): Readonly<Record<'exports' | 'main', unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<'exports' | 'main', unknown>>;
  } catch (cause) {
    throw new Error(`${packageFile} is no JSON`, { cause });
  }
}

/** The entry in an `exports` field: itself, or what stands under `.`, `import` or `default`. */
function exported(exports: unknown): unknown {
  if (typeof exports !== 'object' || exports === null) return exports;
  const record = exports as Readonly<Record<string, unknown>>;
  return exported(record['.'] ?? record['import'] ?? record['default']);
}
