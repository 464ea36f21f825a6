import { Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Namespace, RunId } from '../../executor/core/index.js';
import { RunEntity } from './run.entity.js';

/** A label of a run. The key finds all runs of a namespace with one label, in the order of their ids. */
@Entity('run_labels', { withoutRowid: true })
@Index('run_labels_run_id', ['runId'])
@ForeignKey(() => RunEntity, ['runId'], ['runId'], { name: 'run_labels_run' })
export class RunLabelEntity {
  /** That of the run. */
  @PrimaryColumn({ name: 'namespace', type: 'varchar', length: 63 })
  namespace!: Namespace;

  @PrimaryColumn({ name: 'key', type: 'varchar', length: 63 })
  key!: string;

  @PrimaryColumn({ name: 'value', type: 'varchar', length: 255 })
  value!: string;

  @PrimaryColumn({ name: 'run_id', type: 'varchar', length: 28 })
  runId!: RunId;
}
