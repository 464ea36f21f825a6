import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  `ALTER TABLE "runs" ADD COLUMN "deleted_at" bigint`,
  `CREATE INDEX "runs_deleted" ON "runs" ("run_id") WHERE "deleted_at" IS NOT NULL`,
  `CREATE INDEX "run_labels_run_id" ON "run_labels" ("run_id")`,
];

export class AddRemovalOfRuns1795449600000 implements MigrationInterface {
  readonly name = 'AddRemovalOfRuns1795449600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations only go forward: restore a backup instead'));
  }
}
