/** What a worker tells its parent. */
export type FromWorker =
  /** It has started and answers. */
  | { readonly kind: 'ready' }
  /** It lives: the answer to a `ping`. */
  | { readonly kind: 'pong' }
  /** It wants to know what all of them measure. */
  | { readonly kind: 'ask-metrics'; readonly id: number }
  /** What it measures itself. */
  | { readonly kind: 'own-metrics'; readonly id: number; readonly text: string }
  /** Its configuration was changed by a request. */
  | { readonly kind: 'override'; readonly texts: readonly (readonly [string, string | null])[] };

/** What a parent tells a worker. */
export type ToWorker =
  | { readonly kind: 'ping' }
  /** It is to say what it measures. */
  | { readonly kind: 'ask-own-metrics'; readonly id: number }
  /** What all of them measure. */
  | { readonly kind: 'metrics'; readonly id: number; readonly text: string }
  /** The configuration of another worker was changed by a request: do the same. */
  | { readonly kind: 'override'; readonly texts: readonly (readonly [string, string | null])[] };
