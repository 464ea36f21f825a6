/** A piece of work that is stored as a whole or not at all. */
export interface WriteUnit<Result> {
  /**
   * Executes the statements, synchronously. Where it throws, nothing of the unit is stored. It may run twice, so it changes
   * nothing but the database.
   */
  apply(): Result;
  /** Rows that it writes, about. */
  readonly rows: number;
  /** Memory that it holds while it waits, about. */
  readonly bytes: number;
  /** True where a client can come again later: such units are refused while too much is waiting. */
  readonly isRefusable: boolean;
}

/** How a unit ended. */
export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Error };
