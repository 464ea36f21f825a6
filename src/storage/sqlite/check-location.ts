import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseOpenError } from '../storage.errors.js';

/**
 * Makes sure that SQLite can keep a database at `path`: it writes the file and two more beside it.
 *
 * @throws {DatabaseOpenError} saying what is missing.
 */
export async function checkLocation(path: string): Promise<void> {
  const folder = dirname(path);
  const folderStat = await stat(folder).catch(() => undefined);
  if (folderStat === undefined)
    throw new DatabaseOpenError(`DATABASE__URL: the folder ${folder} does not exist: create it`);
  if (!folderStat.isDirectory()) throw new DatabaseOpenError(`DATABASE__URL: ${folder} is not a folder`);
  if (!(await isWritable(folder))) {
    throw new DatabaseOpenError(`DATABASE__URL: the folder ${folder} cannot be written by this user`);
  }
  const fileStat = await stat(path).catch(() => undefined);
  if (fileStat === undefined) return;
  if (!fileStat.isFile()) throw new DatabaseOpenError(`DATABASE__URL: ${path} is not a file`);
  if (!(await isWritable(path))) throw new DatabaseOpenError(`DATABASE__URL: ${path} cannot be written by this user`);
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}
