/** The time in which the job of a run is this process's. */
export class Turn {
  private readonly leaving = Promise.withResolvers<void>();
  private left = false;

  /** The run is left to others: this does not wait for what it waits for. */
  get isOver(): boolean {
    return this.left;
  }

  /** Resolves when the run is left to others. */
  get over(): Promise<void> {
    return this.leaving.promise;
  }

  leave(): void {
    this.left = true;
    this.leaving.resolve();
  }
}
