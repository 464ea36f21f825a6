import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { EpochMs, RunId } from '../../executor/core/index.js';
import { RunEntity } from './run.entity.js';

/** A file that an agent produced. The body stands last, so that reading the other columns does not touch it. */
@Entity('artifacts')
@ForeignKey(() => RunEntity, ['runId'], ['runId'], { name: 'artifacts_run' })
export class ArtifactEntity {
  @PrimaryColumn({ name: 'run_id', type: 'varchar', length: 28 })
  runId!: RunId;

  @PrimaryColumn({ name: 'name', type: 'varchar', length: 200 })
  name!: string;

  @Column({ name: 'node_id', type: 'varchar', length: 64 })
  nodeId!: string;

  @Column({ name: 'content_type', type: 'varchar', length: 255 })
  contentType!: string;

  @Column({ name: 'bytes', type: 'integer' })
  bytes!: number;

  @Column({ name: 'sha256', type: 'varchar', length: 64 })
  sha256!: string;

  @Column({ name: 'created_at', type: 'bigint' })
  createdAt!: EpochMs;

  @Column({ name: 'body', type: 'blob' })
  body!: Uint8Array;
}
