import type { Json, JournalEntry, RunStatus } from '../../executor/core/index.js';
import { CliError } from '../cli-errors.js';
import type { GraphFault } from '../graph-file/fault-line.js';

export interface RunRequest {
  /** The graph file as it stands on the disk. */
  readonly graphText: string;
  readonly input?: Json;
  readonly labels: Readonly<Record<string, string>>;
}

export interface StartedRun {
  readonly runId: string;
  /** What the checks of the graph found odd. */
  readonly warnings: readonly GraphFault[];
}

/** The graph breaks a rule. */
export class GraphRefusedError extends CliError {
  constructor(
    message: string,
    readonly graphFaults: readonly GraphFault[],
  ) {
    super(message);
  }
}

/** How a run ended; the fields are those of `GET /runs/{run_id}`. */
export interface RunOutcome {
  readonly status: RunStatus;
  readonly result: Json;
  readonly error: Json;
}

/** A file that the run left behind. */
export interface RunArtifact {
  /** Unique within the run; `<node id>.<extension>` unless the agent chose another. */
  readonly name: string;
  readonly bytes: number;
}

/** Port: where a run executes, here or on a server. */
export abstract class RunClient {
  /**
   * Stores the graph and starts a run of it.
   *
   * @throws {GraphRefusedError} if the graph breaks a rule.
   * @throws {CliError} if the run is refused or there is no answer.
   */
  abstract start(request: RunRequest): Promise<StartedRun>;
  /** Every event from the first to the terminal one, in order, each once; connections that break are resumed. */
  abstract follow(runId: string, options: { readonly onNote: (text: string) => void }): AsyncIterable<JournalEntry>;
  /** Asks the run to stop. Does nothing when it has ended. */
  abstract cancel(runId: string): Promise<void>;
  /** Call once the run has ended. */
  abstract outcome(runId: string): Promise<RunOutcome>;
  abstract artifacts(runId: string): Promise<RunArtifact[]>;
  abstract readArtifact(runId: string, name: string): Promise<Uint8Array>;
  abstract close(): Promise<void>;
}
