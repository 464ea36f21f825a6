import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  `CREATE TABLE "api_keys" (
    "key_id" varchar(28) PRIMARY KEY NOT NULL,
    "namespace" varchar(63) NOT NULL,
    "name" varchar(100) NOT NULL,
    "prefix" varchar(16) NOT NULL,
    "key_sha256" varchar(64) NOT NULL,
    "scopes" varchar(255) NOT NULL,
    "created_at" bigint NOT NULL,
    "expires_at" bigint,
    "last_used_at" bigint,
    "revoked_at" bigint,
    "replaced_by" varchar(28)
  )`,
  `CREATE UNIQUE INDEX "api_keys_sha256" ON "api_keys" ("key_sha256")`,
  `CREATE INDEX "api_keys_namespace" ON "api_keys" ("namespace", "key_id")`,
];

export class AddApiKeys1795640000000 implements MigrationInterface {
  readonly name = 'AddApiKeys1795640000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations only go forward: restore a backup instead'));
  }
}
