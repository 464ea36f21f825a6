import { DatabaseTooNewError, IncompleteCopyError, MigrationsPendingError } from '../storage.errors.js';

/**
 * Stands among the applied migrations of a database while `wand db copy` fills it. Every program refuses a database with a
 * migration that it does not know: so none starts on half of an installation, older ones included.
 */
export const COPY_MARKER = { name: 'CopyInProgress9999999999999', timestamp: 9_999_999_999_999 } as const;

/** How the schema of a database stands to this program. */
export type SchemaStanding =
  | { readonly state: 'current' }
  | { readonly state: 'pending'; readonly pending: readonly string[] }
  /** `newest` is not known here. */
  | { readonly state: 'newer'; readonly newest: string }
  /** `wand db copy` has not finished with it. */
  | { readonly state: 'incomplete' };

/** @param applied Names of migrations, oldest first, as the database keeps them; `known` are those of this program. */
export function schemaStanding(applied: readonly string[], known: readonly string[]): SchemaStanding {
  if (applied.includes(COPY_MARKER.name)) return { state: 'incomplete' };
  const newest = applied.filter((name) => !known.includes(name)).at(-1);
  if (newest !== undefined) return { state: 'newer', newest };
  const pending = known.filter((name) => !applied.includes(name));
  return pending.length === 0 ? { state: 'current' } : { state: 'pending', pending };
}

/** The migrations that are still to be applied. @throws {DatabaseTooNewError | IncompleteCopyError} if none may be. */
export function pendingOf(applied: readonly string[], known: readonly string[]): readonly string[] {
  const standing = schemaStanding(applied, known);
  switch (standing.state) {
    case 'current':
      return [];
    case 'pending':
      return standing.pending;
    case 'newer':
      throw new DatabaseTooNewError(standing.newest, known.at(-1) ?? 'none');
    case 'incomplete':
      throw new IncompleteCopyError();
  }
}

/** @throws {MigrationsPendingError} if there are any. */
export function refusePending(pending: readonly string[]): void {
  if (pending.length > 0) throw new MigrationsPendingError(pending);
}
