/** The keys of one object schema, as far as deciding needs them. */
export interface KeyContract {
  /** Accepts keys it does not name. */
  readonly open: boolean;
  readonly known: ReadonlySet<string>;
  /** Must be supplied: neither optional nor defaulted. */
  readonly required: ReadonlySet<string>;
  readonly defaulted: ReadonlySet<string>;
}

/** What an agent takes, read off its schemas: enough to tell where a mapped key goes and whether one is missing. */
export interface AgentContract {
  readonly params: KeyContract;
  readonly input: KeyContract;
  /** Bound on one attempt when the node names none; null means no bound; absent falls back to the run's setting. */
  readonly timeoutSec?: number | null;
}
