import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import {
  DEFAULT_NAMESPACE,
  type EpochMs,
  type GraphId,
  type Namespace,
  type RunId,
  type RunStatus,
} from '../../executor/core/index.js';
import { GraphVersionEntity } from './graph-version.entity.js';

/**
 * A run as its journal tells it, so that a list or a finished run is read without the journal. What changes with every
 * event stands first and keeps its size, so that SQLite rewrites one page of a row, not a large input behind it.
 */
@Entity('runs')
@Index('runs_status', ['status', 'namespace', 'runId'])
@Index('runs_graph', ['graphId', 'runId'])
@Index('runs_deleted', ['runId'], { where: '"deleted_at" IS NOT NULL' })
@ForeignKey(() => GraphVersionEntity, ['graphId', 'graphVersion'], ['graphId', 'version'], {
  name: 'runs_graph_version',
})
export class RunEntity {
  @PrimaryColumn({ name: 'run_id', type: 'varchar', length: 28 })
  runId!: RunId;

  @Column({ name: 'status', type: 'varchar', length: 16 })
  status!: RunStatus;

  @Column({ name: 'progress', type: 'integer' })
  progress!: number;

  /** `seq` of the last journal row: an append that expects another one comes from a session that lost the run. */
  @Column({ name: 'last_seq', type: 'integer' })
  lastSeq!: number;

  @Column({ name: 'epoch', type: 'integer' })
  epoch!: number;

  @Column({ name: 'graph_id', type: 'varchar', length: 28 })
  graphId!: GraphId;

  @Column({ name: 'graph_version', type: 'integer' })
  graphVersion!: number;

  @Column({ name: 'graph_name', type: 'varchar', length: 200 })
  graphName!: string;

  @Column({ name: 'created_at', type: 'bigint' })
  createdAt!: EpochMs;

  @Column({ name: 'started_at', type: 'bigint', nullable: true })
  startedAt!: EpochMs | null;

  @Column({ name: 'finished_at', type: 'bigint', nullable: true })
  finishedAt!: EpochMs | null;

  /** A JSON object; `run_labels` holds the same for searching. */
  @Column({ name: 'labels', type: 'text' })
  labelsJson!: string;

  @Column({ name: 'input', type: 'text' })
  inputJson!: string;

  @Column({ name: 'error', type: 'text', nullable: true })
  errorJson!: string | null;

  @Column({ name: 'result', type: 'text', nullable: true })
  resultJson!: string | null;

  @Column({ name: 'nodes', type: 'text', nullable: true })
  nodesJson!: string | null;

  /** The run that this one retries; null when it retries none. */
  @Column({ name: 'retry_of', type: 'varchar', length: 28, nullable: true })
  retryOf!: RunId | null;

  /** The first run of the chain of retries; null when it is this one. */
  @Column({ name: 'root_run_id', type: 'varchar', length: 28, nullable: true })
  rootRunId!: RunId | null;

  /** When it was removed: from then on no reader sees it, and its rows are being cleared. */
  @Column({ name: 'deleted_at', type: 'bigint', nullable: true })
  deletedAt!: EpochMs | null;

  /**
   * That of its graph, for the index alone: it stands last, behind texts that may be large, so whoever looks for one run asks
   * the graph.
   */
  @Column({ name: 'namespace', type: 'varchar', length: 63, default: DEFAULT_NAMESPACE })
  namespace!: Namespace;
}
