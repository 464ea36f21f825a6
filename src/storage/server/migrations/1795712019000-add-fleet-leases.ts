import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';
import { runSteps } from './run-steps.js';

export class AddFleetLeases1795712019000 implements MigrationInterface {
  readonly name = 'AddFleetLeases1795712019000';

  async up(runner: QueryRunner): Promise<void> {
    const { varchar, bigint, tableOptions } = await columnTypes(runner);
    const statement = `CREATE TABLE "fleet_leases" (
      "name" ${varchar(63)} NOT NULL PRIMARY KEY,
      "owner" ${varchar(255)} NOT NULL,
      "expires_at" ${bigint} NOT NULL
    )${tableOptions}`;
    await runSteps(runner, this.name, [statement]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations only go forward: restore a backup instead'));
  }
}
