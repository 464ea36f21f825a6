/** Secrets that the processes of a fleet agree on and nobody configures. */
export abstract class SharedSecretRepository {
  /**
   * The secret of this name: `proposed` if there was none yet, else what another process has proposed before.
   *
   * @throws {JournalUnavailableError}
   */
  abstract agree(name: string, proposed: string): Promise<string>;
}
