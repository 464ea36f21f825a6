import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes, quotedFor } from './column-types.js';

export class CreateSharedSecrets1795700210000 implements MigrationInterface {
  readonly name = 'CreateSharedSecrets1795700210000';

  async up(runner: QueryRunner): Promise<void> {
    const { varchar, tableOptions } = await columnTypes(runner);
    const statement = `CREATE TABLE "shared_secrets" (
      "name" ${varchar(63)} NOT NULL PRIMARY KEY,
      "secret" ${varchar(255)} NOT NULL
    )${tableOptions}`;
    await runner.query(quotedFor(runner, statement));
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations only go forward: restore a backup instead'));
  }
}
