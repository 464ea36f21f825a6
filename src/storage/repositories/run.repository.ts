import type { EpochMs, GraphId, Namespace, RunId, RunStatus } from '../../executor/core/index.js';

export interface StoredRun {
  readonly runId: RunId;
  /** That of its graph. */
  readonly namespace: Namespace;
  readonly graphId: GraphId;
  readonly graphVersion: number;
  readonly graphName: string;
  readonly status: RunStatus;
  readonly progress: number;
  readonly lastSeq: number;
  readonly epoch: number;
  readonly inputJson: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: EpochMs;
  readonly startedAt: EpochMs | null;
  readonly finishedAt: EpochMs | null;
  /** Null until the run is terminal. */
  readonly resultJson: string | null;
  readonly errorJson: string | null;
  readonly nodesJson: string | null;
  /** The run that this one retries; null when it retries none. */
  readonly retryOf: RunId | null;
  /** The first run of the chain of retries: the run itself unless it retries one. */
  readonly rootRunId: RunId;
}

/** How far a run has come: without its input, its result and its nodes, which may be large. */
export type RunHead = Pick<StoredRun, 'runId' | 'status' | 'progress' | 'lastSeq'>;

export interface RunListQuery {
  readonly limit: number;
  /** Id of the last run of the page before. */
  readonly before?: RunId;
  readonly statuses?: readonly RunStatus[];
  readonly graphId?: GraphId;
  /** All must match. */
  readonly labels?: readonly (readonly [key: string, value: string])[];
  /** Compares with `createdAt`, which must lie within a day of the time in the run's id. */
  readonly createdAfter?: EpochMs;
}

/** Reads of the `runs` rows for clients; the journal alone writes them. A run of another namespace is unknown. */
export abstract class RunRepository {
  abstract find(namespace: Namespace, runId: RunId): Promise<StoredRun | undefined>;
  abstract findHead(namespace: Namespace, runId: RunId): Promise<RunHead | undefined>;
  /** Much cheaper than the whole row. */
  abstract findStatus(namespace: Namespace, runId: RunId): Promise<RunStatus | undefined>;
  /** Newest first. */
  abstract list(namespace: Namespace, query: RunListQuery): Promise<StoredRun[]>;
}
