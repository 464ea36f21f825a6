import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { EpochMs, GraphId } from '../../executor/core/index.js';
import { GraphEntity } from './graph.entity.js';

/** One version of a graph; never changed. */
@Entity('graph_versions')
@ForeignKey(() => GraphEntity, ['graphId'], ['graphId'], { name: 'graph_versions_graph' })
export class GraphVersionEntity {
  @PrimaryColumn({ name: 'graph_id', type: 'varchar', length: 28 })
  graphId!: GraphId;

  @PrimaryColumn({ name: 'version', type: 'integer' })
  version!: number;

  @Column({ name: 'name', type: 'varchar', length: 200 })
  name!: string;

  @Column({ name: 'created_at', type: 'bigint' })
  createdAt!: EpochMs;

  @Column({ name: 'spec', type: 'text' })
  specJson!: string;
}
