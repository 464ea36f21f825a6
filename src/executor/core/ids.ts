declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Id of a run: `r_` and a time-ordered id. */
export type RunId = Brand<string, 'RunId'>;
/** Id of a graph: `g_` and a time-ordered id. */
export type GraphId = Brand<string, 'GraphId'>;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Brand<number, 'EpochMs'>;

/** What the time-ordered part of an id looks like: a ULID in lower case. */
export const ULID_PATTERN = '[0-9a-hjkmnp-tv-z]{26}';
export const GRAPH_ID = new RegExp(`^g_${ULID_PATTERN}$`);
export const RUN_ID = new RegExp(`^r_${ULID_PATTERN}$`);

export const epochMs = (value: number): EpochMs => value as EpochMs;
export const runId = (value: string): RunId => value as RunId;
export const graphId = (value: string): GraphId => value as GraphId;
