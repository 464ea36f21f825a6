import type { DialectName } from '../database-url.js';
import type { Param } from '../param.js';
import type { SeenMember } from '../repositories/fleet-member.repository.js';

/** Statements in a transaction. Names are quoted with `"`, parameters are `?`. */
export interface RawStatements {
  query<Row extends object>(sql: string, params?: readonly Param[]): Promise<Row[]>;
  /** How many rows the statement found. */
  change(sql: string, params?: readonly Param[]): Promise<number>;
}

/** What a database is. */
export interface RawIdentity {
  readonly kind: 'sqlite' | DialectName;
  /** Its URL without the password; of a file, with its absolute path. */
  readonly name: string;
  /** Product and version, such as `PostgreSQL 15.4`. */
  readonly server: string;
}

/**
 * An open database as it is: nothing was migrated, nobody owns it through this. For the commands that look after a database,
 * one statement at a time.
 */
export abstract class RawDatabase implements RawStatements {
  abstract readonly identity: RawIdentity;
  /** Statements that write may not be larger than this, values included; undefined where nothing limits them. */
  abstract readonly maxStatementBytes: number | undefined;

  abstract query<Row extends object>(sql: string, params?: readonly Param[]): Promise<Row[]>;
  abstract change(sql: string, params?: readonly Param[]): Promise<number>;
  /** Commits what `work` changed, or nothing if it throws. */
  abstract transaction<Result>(work: (tx: RawStatements) => Promise<Result>): Promise<Result>;
  abstract hasTable(name: string): Promise<boolean>;
  /** The processes of a fleet that have told of themselves here; none before the schema knows of fleets. */
  abstract members(): Promise<readonly SeenMember[]>;
  /** Of the whole database. */
  abstract bytes(): Promise<number>;
  /** Has the planner count what has just been filled. */
  abstract analyze(tables: readonly string[]): Promise<void>;
  abstract close(): Promise<void>;
}
