import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { EpochMs, RunEventType, RunId } from '../../executor/core/index.js';
import { RunEntity } from './run.entity.js';

/**
 * One row of a run's journal. An ordinary table: WITHOUT ROWID would read faster, but writes a third to two thirds of the
 * rows per second, and rows above 1 kB would each take a page of their own.
 */
@Entity('run_events')
@ForeignKey(() => RunEntity, ['runId'], ['runId'], { name: 'run_events_run' })
export class RunEventEntity {
  @PrimaryColumn({ name: 'run_id', type: 'varchar', length: 28 })
  runId!: RunId;

  @PrimaryColumn({ name: 'seq', type: 'integer' })
  seq!: number;

  @Column({ name: 'ts', type: 'bigint' })
  ts!: EpochMs;

  @Column({ name: 'type', type: 'varchar', length: 32 })
  type!: RunEventType;

  /** Place in `LEVELS`, so that a minimum is a comparison. */
  @Column({ name: 'lvl', type: 'integer' })
  lvl!: number;

  @Column({ name: 'msg', type: 'text' })
  msg!: string;

  @Column({ name: 'node_id', type: 'varchar', length: 64, nullable: true })
  nodeId!: string | null;

  @Column({ name: 'attempt', type: 'integer', nullable: true })
  attempt!: number | null;

  @Column({ name: 'progress', type: 'integer', nullable: true })
  progress!: number | null;

  /** A JSON object. */
  @Column({ name: 'data', type: 'text', nullable: true })
  dataJson!: string | null;
}
