import { isAbsolute, relative } from 'node:path';

/** `path` relative to `cwd` where that is shorter to read, as it is where it lies outside. */
export function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
