/** Something that makes a graph unacceptable. */
export interface GraphFault {
  /** Where in the body, as a JSON pointer (RFC 6901). */
  readonly pointer: string;
  /** Short and stable, such as `unknown-agent`. */
  readonly code: string;
  /** What is wrong and what is accepted. */
  readonly message: string;
}

export const WARNING_CODES = [
  'join_never_satisfied',
  'any_single_edge',
  'key_written_twice',
  'sinks_may_be_skipped',
  'node_without_sink',
  'concurrency_capped',
] as const;

/** Something that a graph probably does not mean. */
export interface GraphWarning {
  readonly code: (typeof WARNING_CODES)[number];
  readonly message: string;
  readonly pointer?: string;
}
