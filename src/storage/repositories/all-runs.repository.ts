import type { EpochMs, Namespace, RunId, RunStatus } from '../../executor/core/index.js';
import type { StoredRun } from './run.repository.js';

/** A run that is not terminal, and its place in the order in which such runs are found. */
export interface UnfinishedRun {
  readonly status: RunStatus;
  readonly namespace: Namespace;
  readonly runId: RunId;
}

export interface ExpiringRun {
  readonly runId: RunId;
  /** When it must have begun. */
  readonly startBy: EpochMs;
}

export interface RunStanding {
  readonly status: RunStatus;
  /** `seq` of the last entry. */
  readonly lastSeq: number;
}

/** Runs of all namespaces, for whoever executes them. What answers a client reads from `RunRepository`. */
export abstract class AllRunsRepository {
  abstract findInAnyNamespace(runId: RunId): Promise<StoredRun | undefined>;
  /** Runs that are not terminal, in an order of their own. `after` is the last one of the page before. */
  abstract unfinished(query: { limit: number; after?: UnfinishedRun }): Promise<UnfinishedRun[]>;
  /** How far those of these runs have come that exist. */
  abstract standingsOf(runIds: readonly RunId[]): Promise<ReadonlyMap<RunId, RunStanding>>;
  /** Runs that have not begun and expire unless they begin in time. */
  abstract expiring(): Promise<ExpiringRun[]>;
  /** Ids of unfinished runs with a node that crashes have interrupted at least `times` times. */
  abstract crashedOften(times: number): Promise<RunId[]>;
}
