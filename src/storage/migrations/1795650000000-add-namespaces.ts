import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rows are left as they are but for the labels, which are copied; indexes are read from the table once. */
const STATEMENTS = [
  `ALTER TABLE "graphs" ADD COLUMN "namespace" varchar(63) NOT NULL DEFAULT 'default'`,
  `DROP INDEX "graphs_name"`,
  `CREATE INDEX "graphs_name" ON "graphs" ("namespace", "name", "graph_id")`,
  `CREATE INDEX "graphs_namespace" ON "graphs" ("namespace", "graph_id")`,

  `ALTER TABLE "runs" ADD COLUMN "namespace" varchar(63) NOT NULL DEFAULT 'default'`,
  `DROP INDEX "runs_status"`,
  `CREATE INDEX "runs_status" ON "runs" ("status", "namespace", "run_id")`,

  `CREATE TABLE "new_run_labels" (
    "namespace" varchar(63) NOT NULL,
    "key" varchar(63) NOT NULL,
    "value" varchar(255) NOT NULL,
    "run_id" varchar(28) NOT NULL,
    CONSTRAINT "run_labels_run" FOREIGN KEY ("run_id") REFERENCES "runs" ("run_id"),
    PRIMARY KEY ("namespace", "key", "value", "run_id")
  ) WITHOUT ROWID`,
  `INSERT INTO "new_run_labels" SELECT 'default', "key", "value", "run_id" FROM "run_labels" ORDER BY "key", "value", "run_id"`,
  `DROP TABLE "run_labels"`,
  `ALTER TABLE "new_run_labels" RENAME TO "run_labels"`,
  `CREATE INDEX "run_labels_run_id" ON "run_labels" ("run_id")`,
];

export class AddNamespaces1795650000000 implements MigrationInterface {
  readonly name = 'AddNamespaces1795650000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations only go forward: restore a backup instead'));
  }
}
