/** Something that the service does not work without. */
export interface DependencyCheck {
  /** One word, such as `database`. */
  readonly name: string;
  /** What whoever asks is told when it fails, such as "the database does not answer"; no reason, no path, no address. */
  readonly refusal: string;
  /** It looks at nothing but this process: it is asked each time. */
  readonly isLocal?: boolean;
  /** Resolves when all is well; rejects, for whatever reason, when it is not. */
  readonly check: () => Promise<void>;
}

/** All of them, the gravest first; the value is the injection token. */
export class DependencyChecks {
  constructor(readonly list: readonly DependencyCheck[]) {}
}
