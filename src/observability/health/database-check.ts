/** Port: whether the database answers. */
export abstract class DatabaseCheck {
  /** Resolves when the database answers; rejects, for whatever reason, when it does not. */
  abstract check(): Promise<void>;
}
