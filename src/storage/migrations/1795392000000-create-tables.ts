import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  `CREATE TABLE "graphs" (
    "graph_id" varchar(28) PRIMARY KEY NOT NULL,
    "name" varchar(200) NOT NULL,
    "version" integer NOT NULL,
    "created_at" bigint NOT NULL,
    "updated_at" bigint NOT NULL,
    "archived_at" bigint
  )`,
  `CREATE INDEX "graphs_name" ON "graphs" ("name", "graph_id")`,

  `CREATE TABLE "graph_versions" (
    "graph_id" varchar(28) NOT NULL,
    "version" integer NOT NULL,
    "name" varchar(200) NOT NULL,
    "created_at" bigint NOT NULL,
    "spec" text NOT NULL,
    CONSTRAINT "graph_versions_graph" FOREIGN KEY ("graph_id") REFERENCES "graphs" ("graph_id"),
    PRIMARY KEY ("graph_id", "version")
  )`,

  `CREATE TABLE "runs" (
    "run_id" varchar(28) PRIMARY KEY NOT NULL,
    "status" varchar(16) NOT NULL,
    "progress" integer NOT NULL,
    "last_seq" integer NOT NULL,
    "epoch" integer NOT NULL,
    "graph_id" varchar(28) NOT NULL,
    "graph_version" integer NOT NULL,
    "graph_name" varchar(200) NOT NULL,
    "created_at" bigint NOT NULL,
    "started_at" bigint,
    "finished_at" bigint,
    "labels" text NOT NULL,
    "input" text NOT NULL,
    "error" text,
    "result" text,
    "nodes" text,
    CONSTRAINT "runs_graph_version" FOREIGN KEY ("graph_id", "graph_version") REFERENCES "graph_versions" ("graph_id", "version")
  )`,
  `CREATE INDEX "runs_status" ON "runs" ("status", "run_id")`,
  `CREATE INDEX "runs_graph" ON "runs" ("graph_id", "run_id")`,

  `CREATE TABLE "run_labels" (
    "key" varchar(63) NOT NULL,
    "value" varchar(255) NOT NULL,
    "run_id" varchar(28) NOT NULL,
    CONSTRAINT "run_labels_run" FOREIGN KEY ("run_id") REFERENCES "runs" ("run_id"),
    PRIMARY KEY ("key", "value", "run_id")
  ) WITHOUT ROWID`,

  `CREATE TABLE "run_events" (
    "run_id" varchar(28) NOT NULL,
    "seq" integer NOT NULL,
    "ts" bigint NOT NULL,
    "type" varchar(32) NOT NULL,
    "lvl" integer NOT NULL,
    "msg" text NOT NULL,
    "node_id" varchar(64),
    "attempt" integer,
    "progress" integer,
    "data" text,
    CONSTRAINT "run_events_run" FOREIGN KEY ("run_id") REFERENCES "runs" ("run_id"),
    PRIMARY KEY ("run_id", "seq")
  )`,

  `CREATE TABLE "artifacts" (
    "run_id" varchar(28) NOT NULL,
    "name" varchar(200) NOT NULL,
    "node_id" varchar(64) NOT NULL,
    "content_type" varchar(255) NOT NULL,
    "bytes" integer NOT NULL,
    "sha256" varchar(64) NOT NULL,
    "created_at" bigint NOT NULL,
    "body" blob NOT NULL,
    CONSTRAINT "artifacts_run" FOREIGN KEY ("run_id") REFERENCES "runs" ("run_id"),
    PRIMARY KEY ("run_id", "name")
  )`,

  `CREATE TABLE "idempotency_keys" (
    "scope" varchar(255) NOT NULL,
    "key" varchar(255) NOT NULL,
    "request_hash" varchar(64) NOT NULL,
    "status" integer NOT NULL,
    "location" text,
    "created_at" bigint NOT NULL,
    "body" text NOT NULL,
    PRIMARY KEY ("scope", "key")
  )`,
  `CREATE INDEX "idempotency_keys_age" ON "idempotency_keys" ("created_at")`,

  `CREATE TABLE "process_lease" (
    "id" integer NOT NULL,
    "owner" varchar(255) NOT NULL,
    "expires_at" bigint NOT NULL,
    CONSTRAINT "process_lease_one_row" CHECK ("id" = 1),
    PRIMARY KEY ("id")
  )`,
];

export class CreateTables1795392000000 implements MigrationInterface {
  readonly name = 'CreateTables1795392000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations only go forward: restore a backup instead'));
  }
}
