import { DataSource } from 'typeorm';

/**
 * A data source that lets others finish first. It is Nest's TypeORM module that closes it, at a moment of its own choosing;
 * what still waits to be written has to be in the database by then.
 */
export class StorageDataSource extends DataSource {
  private readonly steps: (() => Promise<void>)[] = [];

  /** Has `step` run before the connection is closed; those added last come first. */
  beforeClose(step: () => Promise<void>): void {
    this.steps.unshift(step);
  }

  override async destroy(): Promise<void> {
    for (const step of this.steps.splice(0)) await step();
    await super.destroy();
  }
}
