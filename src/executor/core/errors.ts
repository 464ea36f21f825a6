import type { JsonObject } from './json.js';

/** Why an attempt or a node run failed. `attempts` counts the attempts made so far. */
export interface NodeError {
  readonly type: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly attempts: number;
  readonly details?: JsonObject;
}

/** Why a run failed. `node_id` and `error` are absent when no node is to blame (a run or queue time-out, a bad result). */
export interface RunError {
  readonly type: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly attempts: number;
  readonly details?: JsonObject;
  readonly nodeId?: string;
  readonly error?: NodeError;
  /** The failure that began the chain, when the node to blame is a handler of another failure. */
  readonly firstCause?: { readonly nodeId: string; readonly error: NodeError };
}

/** The journal of a run holds an event that cannot follow those before it: the database was edited or is damaged. */
export class CorruptJournalError extends Error {
  override readonly name = 'CorruptJournalError';
}

/** A graph that cannot be compiled. `cycle` lists the node ids in order, the first repeated at the end. */
export class CyclicGraphError extends Error {
  override readonly name = 'CyclicGraphError';
  constructor(readonly cycle: readonly string[]) {
    super(`the graph has a cycle: ${cycle.join(' -> ')}`);
  }
}
