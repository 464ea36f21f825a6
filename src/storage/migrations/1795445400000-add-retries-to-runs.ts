import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  `ALTER TABLE "runs" ADD COLUMN "retry_of" varchar(28)`,
  `ALTER TABLE "runs" ADD COLUMN "root_run_id" varchar(28)`,
];

export class AddRetriesToRuns1795445400000 implements MigrationInterface {
  readonly name = 'AddRetriesToRuns1795445400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations only go forward: restore a backup instead'));
  }
}
