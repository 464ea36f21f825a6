import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes, quotedFor } from './column-types.js';

/** Attempts that the workers of pools make, what those have to say of them, and which pools a process serves. */
export class AddPools1795725000000 implements MigrationInterface {
  readonly name = 'AddPools1795725000000';

  async up(runner: QueryRunner): Promise<void> {
    const { varchar, text, int, bigint, tableOptions } = await columnTypes(runner);
    const statements = [
      `CREATE TABLE "pool_attempts" (
        "run_id" ${varchar(28)} NOT NULL,
        "node_id" ${varchar(64)} NOT NULL,
        "attempt" ${int} NOT NULL,
        "epoch" ${int} NOT NULL,
        "state" ${varchar(16)} NOT NULL,
        "worker" ${varchar(255)} NULL,
        "heartbeat_at" ${bigint} NULL,
        "reports" ${int} NOT NULL,
        "must_stop" ${int} NOT NULL,
        PRIMARY KEY ("run_id", "node_id", "attempt")
      )${tableOptions}`,
      `CREATE INDEX "pool_attempts_worker" ON "pool_attempts" ("worker")`,
      `CREATE TABLE "pool_reports" (
        "run_id" ${varchar(28)} NOT NULL,
        "node_id" ${varchar(64)} NOT NULL,
        "attempt" ${int} NOT NULL,
        "number" ${int} NOT NULL,
        "kind" ${varchar(16)} NOT NULL,
        "body" ${text} NOT NULL,
        PRIMARY KEY ("run_id", "node_id", "attempt", "number"),
        CONSTRAINT "pool_reports_attempt" FOREIGN KEY ("run_id", "node_id", "attempt")
          REFERENCES "pool_attempts" ("run_id", "node_id", "attempt") ON DELETE CASCADE
      )${tableOptions}`,
      `ALTER TABLE "fleet_members" ADD COLUMN "pools" ${varchar(4_000)} NOT NULL DEFAULT 'default'`,
    ];
    for (const statement of statements) await runner.query(quotedFor(runner, statement));
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations only go forward: restore a backup instead'));
  }
}
