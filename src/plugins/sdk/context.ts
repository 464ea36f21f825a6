import type { Json, JsonObject, Level } from '../../executor/core/index.js';

/** A file that an agent produced, as the API serves it. */
export interface StoredArtifact {
  /** File name, unique within the run. */
  readonly name: string;
  /** `/runs/{run_id}/artifacts/{name}` */
  readonly url: string;
  readonly bytes: number;
}

/** Stores files beside the run. */
export interface ArtifactWriter {
  /**
   * Stores `body` as `<node id>.<extension>` (or `name`); the last write under one name wins. Durable when it resolves.
   *
   * @throws {NonRetryableError} if the name or the content type is none, or above EXECUTION__MAX_ARTIFACT_BYTES.
   */
  put(artifact: {
    readonly name?: string;
    readonly extension: string;
    readonly contentType: string;
    readonly body: Uint8Array | string;
  }): Promise<StoredArtifact>;
}

/** What a tool may use while it runs. */
export interface ToolContext {
  readonly runId: string;
  readonly nodeId: string;
  /** Fires when the attempt is to stop: pass it to everything that waits. */
  readonly signal: AbortSignal;
  /** Stable over retries, recoveries and restarts: hand it to services that de-duplicate by it. */
  readonly idempotencyKey: string;
  readonly artifacts: ArtifactWriter;
  /** Adds a line to the run's journal. Rate-limited: never blocks, drops and counts instead. */
  log(level: Level, message: string, data?: JsonObject): void;
}

/** What an agent gets for one attempt. */
export interface AgentContext<Params = unknown, Input = unknown> extends ToolContext {
  /** Checked against the agent's schema, defaults filled in, templates resolved. */
  readonly params: Params;
  /** Checked against the agent's schema: the values that edges mapped in. */
  readonly input: Input;
  /** Only for nodes with `join: "settled"`: how each source ended. */
  readonly upstream?: Readonly<Record<string, { readonly status: string; readonly error?: JsonObject }>>;
  /** From 1. */
  readonly attempt: number;
  /** Epoch milliseconds at which the node's first attempt started, the same after a restart. */
  readonly firstStartedAt: number;
  /** Epoch milliseconds on the clock of the run, which no jump of the wall clock moves. */
  now(): number;
  /**
   * Says that the attempt does nothing but wait until this time on the clock of the run. If that is far off, the worker may be
   * let go: the signal fires, and the agent is called again by then, perhaps elsewhere, for the same attempt. What it had in
   * memory is gone, and its time-outs begin anew.
   */
  suspend(until: number): void;
  /** Reports 0 to 100 of this attempt. Rate-limited like `log`. */
  progress(percent: number, message?: string): void;
  /**
   * Calls a tool that the agent listed in `tools` (or any, for an agent that lists `*`).
   *
   * @throws {UnknownToolError} naming the nearest known tool.
   * @throws {ToolInputError} if `args` break the tool's schema.
   */
  callTool(name: string, args: JsonObject): Promise<Json>;
}
