/** How long a client that is let go may take to read what it is told last, in milliseconds; then it is cut off. */
export const FAREWELL_MS = 1_000;

/** A request that is kept open until something happens. */
export interface OpenRequest {
  /** Resolves when the socket is free: the client has gone, or has all of its answer. */
  readonly whenGone: Promise<void>;
  /** The process is stopping: resolves when the client has its last words, or was cut off. */
  leave(): Promise<void>;
}
