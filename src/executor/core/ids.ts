declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Id of a run: `r_` and a time-ordered id. */
export type RunId = Brand<string, 'RunId'>;
/** Id of a graph: `g_` and a time-ordered id. */
export type GraphId = Brand<string, 'GraphId'>;
/** Id of an API key: `k_` and a time-ordered id. */
export type KeyId = Brand<string, 'KeyId'>;
/** Where a graph or a run lives: callers of one namespace see nothing of another. */
export type Namespace = Brand<string, 'Namespace'>;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Brand<number, 'EpochMs'>;

/** What the time-ordered part of an id looks like: a ULID in lower case. */
export const ULID_PATTERN = '[0-9a-hjkmnp-tv-z]{26}';
export const GRAPH_ID = new RegExp(`^g_${ULID_PATTERN}$`);
export const RUN_ID = new RegExp(`^r_${ULID_PATTERN}$`);
export const KEY_ID = new RegExp(`^k_${ULID_PATTERN}$`);
/** A DNS label (RFC 1123), so that it may be part of a host name or a path anywhere. */
export const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The highest version of a graph that can be asked for; databases keep it in 32 bits. */
export const MAX_VERSION = 1_000_000_000;

export const epochMs = (value: number): EpochMs => value as EpochMs;
export const runId = (value: string): RunId => value as RunId;
export const graphId = (value: string): GraphId => value as GraphId;
export const keyId = (value: string): KeyId => value as KeyId;
export const namespace = (value: string): Namespace => value as Namespace;

/** Where everything lives that names no other namespace. */
export const DEFAULT_NAMESPACE = namespace('default');
