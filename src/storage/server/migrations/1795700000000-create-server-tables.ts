import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type ColumnTypes, columnTypes } from './column-types.js';
import { runSteps } from './run-steps.js';

function statements({ varchar, text, blob, int, bigint, tableOptions }: ColumnTypes, isPostgres: boolean): string[] {
  // MySQL has no partial indexes; NULL sorts first there, and few rows have anything else.
  const deletedIndex = isPostgres
    ? `CREATE INDEX "runs_deleted" ON "runs" ("run_id") WHERE "deleted_at" IS NOT NULL`
    : `CREATE INDEX "runs_deleted" ON "runs" ("deleted_at", "run_id")`;
  return [
    `CREATE TABLE "graphs" (
      "graph_id" ${varchar(28)} NOT NULL PRIMARY KEY,
      "name" ${varchar(200)} NOT NULL,
      "version" ${int} NOT NULL,
      "created_at" ${bigint} NOT NULL,
      "updated_at" ${bigint} NOT NULL,
      "archived_at" ${bigint} NULL,
      "namespace" ${varchar(63)} NOT NULL
    )${tableOptions}`,
    `CREATE INDEX "graphs_name" ON "graphs" ("namespace", "name", "graph_id")`,
    `CREATE INDEX "graphs_namespace" ON "graphs" ("namespace", "graph_id")`,

    `CREATE TABLE "graph_versions" (
      "graph_id" ${varchar(28)} NOT NULL,
      "version" ${int} NOT NULL,
      "name" ${varchar(200)} NOT NULL,
      "created_at" ${bigint} NOT NULL,
      "spec" ${text} NOT NULL,
      PRIMARY KEY ("graph_id", "version"),
      CONSTRAINT "graph_versions_graph" FOREIGN KEY ("graph_id") REFERENCES "graphs" ("graph_id")
    )${tableOptions}`,

    `CREATE TABLE "runs" (
      "run_id" ${varchar(28)} NOT NULL PRIMARY KEY,
      "status" ${varchar(16)} NOT NULL,
      "progress" ${int} NOT NULL,
      "last_seq" ${int} NOT NULL,
      "epoch" ${int} NOT NULL,
      "graph_id" ${varchar(28)} NOT NULL,
      "graph_version" ${int} NOT NULL,
      "graph_name" ${varchar(200)} NOT NULL,
      "created_at" ${bigint} NOT NULL,
      "started_at" ${bigint} NULL,
      "finished_at" ${bigint} NULL,
      "labels" ${text} NOT NULL,
      "input" ${text} NOT NULL,
      "error" ${text} NULL,
      "result" ${text} NULL,
      "nodes" ${text} NULL,
      "retry_of" ${varchar(28)} NULL,
      "root_run_id" ${varchar(28)} NULL,
      "deleted_at" ${bigint} NULL,
      "namespace" ${varchar(63)} NOT NULL,
      CONSTRAINT "runs_graph_version" FOREIGN KEY ("graph_id", "graph_version")
        REFERENCES "graph_versions" ("graph_id", "version")
    )${tableOptions}`,
    `CREATE INDEX "runs_status" ON "runs" ("status", "namespace", "run_id")`,
    `CREATE INDEX "runs_graph" ON "runs" ("graph_id", "run_id")`,
    deletedIndex,

    `CREATE TABLE "run_labels" (
      "namespace" ${varchar(63)} NOT NULL,
      "key" ${varchar(63)} NOT NULL,
      "value" ${varchar(255)} NOT NULL,
      "run_id" ${varchar(28)} NOT NULL,
      PRIMARY KEY ("namespace", "key", "value", "run_id"),
      CONSTRAINT "run_labels_run" FOREIGN KEY ("run_id") REFERENCES "runs" ("run_id")
    )${tableOptions}`,
    `CREATE INDEX "run_labels_run_id" ON "run_labels" ("run_id")`,

    `CREATE TABLE "run_events" (
      "run_id" ${varchar(28)} NOT NULL,
      "seq" ${int} NOT NULL,
      "ts" ${bigint} NOT NULL,
      "type" ${varchar(32)} NOT NULL,
      "lvl" ${int} NOT NULL,
      "msg" ${text} NOT NULL,
      "node_id" ${varchar(64)} NULL,
      "attempt" ${int} NULL,
      "progress" ${int} NULL,
      "data" ${text} NULL,
      PRIMARY KEY ("run_id", "seq"),
      CONSTRAINT "run_events_run" FOREIGN KEY ("run_id") REFERENCES "runs" ("run_id")
    )${tableOptions}`,

    `CREATE TABLE "artifacts" (
      "run_id" ${varchar(28)} NOT NULL,
      "name" ${varchar(200)} NOT NULL,
      "node_id" ${varchar(64)} NOT NULL,
      "content_type" ${varchar(255)} NOT NULL,
      "bytes" ${int} NOT NULL,
      "sha256" ${varchar(64)} NOT NULL,
      "created_at" ${bigint} NOT NULL,
      "body" ${blob} NOT NULL,
      PRIMARY KEY ("run_id", "name"),
      CONSTRAINT "artifacts_run" FOREIGN KEY ("run_id") REFERENCES "runs" ("run_id")
    )${tableOptions}`,

    `CREATE TABLE "idempotency_keys" (
      "scope" ${varchar(255)} NOT NULL,
      "key" ${varchar(255)} NOT NULL,
      "request_hash" ${varchar(64)} NOT NULL,
      "status" ${int} NOT NULL,
      "location" ${text} NULL,
      "created_at" ${bigint} NOT NULL,
      "body" ${text} NOT NULL,
      PRIMARY KEY ("scope", "key")
    )${tableOptions}`,
    `CREATE INDEX "idempotency_keys_age" ON "idempotency_keys" ("created_at")`,

    `CREATE TABLE "process_lease" (
      "id" ${int} NOT NULL PRIMARY KEY,
      "owner" ${varchar(255)} NOT NULL,
      "expires_at" ${bigint} NOT NULL
    )${tableOptions}`,

    `CREATE TABLE "api_keys" (
      "key_id" ${varchar(28)} NOT NULL PRIMARY KEY,
      "namespace" ${varchar(63)} NOT NULL,
      "name" ${varchar(100)} NOT NULL,
      "prefix" ${varchar(16)} NOT NULL,
      "key_sha256" ${varchar(64)} NOT NULL,
      "scopes" ${varchar(255)} NOT NULL,
      "created_at" ${bigint} NOT NULL,
      "expires_at" ${bigint} NULL,
      "last_used_at" ${bigint} NULL,
      "revoked_at" ${bigint} NULL,
      "replaced_by" ${varchar(28)} NULL
    )${tableOptions}`,
    `CREATE UNIQUE INDEX "api_keys_sha256" ON "api_keys" ("key_sha256")`,
    `CREATE INDEX "api_keys_namespace" ON "api_keys" ("namespace", "key_id")`,
  ];
}

export class CreateServerTables1795700000000 implements MigrationInterface {
  readonly name = 'CreateServerTables1795700000000';

  async up(runner: QueryRunner): Promise<void> {
    const types = await columnTypes(runner);
    const isPostgres = runner.dataSource.options.type === 'postgres';
    await runSteps(runner, this.name, statements(types, isPostgres));
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations only go forward: restore a backup instead'));
  }
}
