import { appliedMigrations, knownMigrations } from '../maintenance/open-raw-database.js';
import type { RawDatabase } from '../maintenance/raw-database.js';
import { COPY_MARKER, schemaStanding } from '../migrations/schema-standing.js';
import type { CopiedTable } from './copied-tables.js';
import { CopyProgress } from './copy-progress.js';
import { CopyError } from './copy.errors.js';
import { refuseProcesses } from './held-lease.js';
import { bytesOf } from './page-sql.js';

/** What MySQL adds to the values of a row, generously. */
const STATEMENT_OVERHEAD = 64 * 1_024;

/** @throws {CopyError} unless the source is whole, has the schema of this program, and nobody runs on it. */
export async function checkSource(source: RawDatabase): Promise<void> {
  await refuseProcesses(source, '--from');
  const known = await knownMigrations(source.identity.kind);
  const standing = schemaStanding(await appliedMigrations(source), known);
  switch (standing.state) {
    case 'current':
      return;
    case 'pending':
      throw new CopyError(
        `--from: the schema lacks ${standing.pending.length} migrations: run \`wand db migrate\` on that database first`,
      );
    case 'newer':
      throw new CopyError(
        `--from: the schema version ${standing.newest} is newer than this program: use the one that runs on it`,
      );
    case 'incomplete':
      throw new CopyError('--from: the database itself holds a copy that is not complete');
  }
}

/**
 * Says whether the target, which may have no schema yet, can take a copy of `origin`: it is empty, or holds the beginning of it.
 *
 * @throws {CopyError} if it holds anything else, or somebody runs on it.
 */
export async function checkTarget(
  target: RawDatabase,
  origin: string,
  tables: readonly CopiedTable[],
): Promise<'empty' | 'begun'> {
  await refuseProcesses(target, '--to');
  const begun = await CopyProgress.originIn(target);
  if (begun === undefined) {
    await refuseRows(target, tables);
    return 'empty';
  }
  if (begun !== origin) {
    throw new CopyError(
      `--to: the database holds an unfinished copy of ${begun}: go on with that, or name an empty one`,
    );
  }
  const applied = (await appliedMigrations(target)).filter((name) => name !== COPY_MARKER.name);
  const standing = schemaStanding(applied, await knownMigrations(target.identity.kind));
  if (standing.state !== 'current') {
    throw new CopyError(
      '--to: another version of this program began the copy: go on with that one, or begin again in an empty database',
    );
  }
  return 'begun';
}

/** @throws {CopyError} if a row of the source does not fit into one statement of the target. */
export async function checkSizes(
  source: RawDatabase,
  target: RawDatabase,
  tables: readonly CopiedTable[],
): Promise<void> {
  const most = target.maxStatementBytes;
  if (most === undefined) return;
  for (const { name, texts, blobs } of tables) {
    if (texts.length + blobs.length === 0) continue;
    // A character may be escaped on its way, bytes never are.
    const [row] = await source.query<{ readonly bytes: number | string | null }>(
      `SELECT MAX(2 * (${bytesOf(texts)}) + ${bytesOf(blobs)}) AS "bytes" FROM "${name}"`,
    );
    const needed = Number(row?.bytes ?? 0) + STATEMENT_OVERHEAD;
    if (needed > most) {
      throw new CopyError(
        `--to: the largest row of ${name} takes a statement of ${needed} bytes, and max_allowed_packet of the server is ` +
          `${most}: raise it there, for as long as the installation is used (SET GLOBAL max_allowed_packet, and in its configuration)`,
      );
    }
  }
}

async function refuseRows(target: RawDatabase, tables: readonly CopiedTable[]): Promise<void> {
  for (const { name } of tables) {
    if (!(await target.hasTable(name))) continue;
    if ((await target.query(`SELECT 1 AS "one" FROM "${name}" LIMIT 1`)).length > 0) {
      throw new CopyError(`--to: the database holds rows already (in ${name}): a copy takes an empty one`);
    }
  }
}
