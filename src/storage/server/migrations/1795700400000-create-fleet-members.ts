import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from './column-types.js';
import { runSteps } from './run-steps.js';

/** The processes of a fleet, for each other and for whoever asks. */
export class CreateFleetMembers1795700400000 implements MigrationInterface {
  readonly name = 'CreateFleetMembers1795700400000';

  async up(runner: QueryRunner): Promise<void> {
    const { varchar, int, bigint, tableOptions } = await columnTypes(runner);
    const statement = `CREATE TABLE "fleet_members" (
      "member_id" ${varchar(255)} NOT NULL PRIMARY KEY,
      "role" ${varchar(16)} NOT NULL,
      "version" ${varchar(64)} NOT NULL,
      "started_at" ${bigint} NOT NULL,
      "heartbeat_at" ${bigint} NOT NULL,
      "live_runs" ${int} NOT NULL
    )${tableOptions}`;
    await runSteps(runner, this.name, [statement]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('migrations only go forward: restore a backup instead'));
  }
}
