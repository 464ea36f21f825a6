import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

export type ModuleExports = Readonly<Record<string, unknown>>;

/**
 * Imports the file at `path` as it is now. What it imports itself is read once in the life of the process, but for the
 * CommonJS modules beside and below it.
 *
 * @param version 0 the first time, then another one each time.
 */
export async function importModule(path: string, version: number): Promise<ModuleExports> {
  const { href } = pathToFileURL(path);
  if (version === 0) return (await import(href)) as ModuleExports;
  forgetCommonJs(path);
  return (await import(`${href}?v=${version}`)) as ModuleExports;
}

/** These are known by their path alone. */
function forgetCommonJs(path: string): void {
  const { cache } = createRequire(path);
  const folder = dirname(path) + sep;
  for (const file of Object.keys(cache)) {
    if (file.startsWith(folder) && !file.includes(`${sep}node_modules${sep}`)) delete cache[file];
  }
}
