import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { DEFAULT_NAMESPACE, type EpochMs, type GraphId, type Namespace } from '../../executor/core/index.js';

/** A graph: what its versions have in common. */
@Entity('graphs')
@Index('graphs_name', ['namespace', 'name', 'graphId'])
@Index('graphs_namespace', ['namespace', 'graphId'])
export class GraphEntity {
  @PrimaryColumn({ name: 'graph_id', type: 'varchar', length: 28 })
  graphId!: GraphId;

  /** Of the newest version. */
  @Column({ name: 'name', type: 'varchar', length: 200 })
  name!: string;

  /** The newest one. */
  @Column({ name: 'version', type: 'integer' })
  version!: number;

  @Column({ name: 'created_at', type: 'bigint' })
  createdAt!: EpochMs;

  @Column({ name: 'updated_at', type: 'bigint' })
  updatedAt!: EpochMs;

  @Column({ name: 'archived_at', type: 'bigint', nullable: true })
  archivedAt!: EpochMs | null;

  @Column({ name: 'namespace', type: 'varchar', length: 63, default: DEFAULT_NAMESPACE })
  namespace!: Namespace;
}
