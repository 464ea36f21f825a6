/** Port: whether the database reads and writes. */
export abstract class StorageHealth {
  /**
   * Cheap while all is well.
   *
   * @throws {JournalUnavailableError} saying what is wrong.
   */
  abstract check(): Promise<void>;
}
