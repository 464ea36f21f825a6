/** One variable that cannot be used. */
export interface ConfigFault {
  /** Name of the variable. */
  readonly key: string;
  /** What stood there, quoted; masked when it is a secret. */
  readonly got: string;
  /** Ends a sentence that begins with "takes". */
  readonly takes: string;
  /** The keys that it takes to see the fault; the one of `key` alone when absent. */
  readonly readsKeys?: readonly string[];
}

/** The configuration cannot be used. `message` has one line per fault; no line shows a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** @param hints What may be behind them, a sentence each: a key that is misspelt is a key that is missing. */
  constructor(
    readonly faults: readonly ConfigFault[],
    hints: readonly string[] = [],
  ) {
    super([...faults.map(faultLine), ...hints].join('\n'));
  }
}

/** `PORT: got "http", takes an integer from 0 to 65535` */
export function faultLine(fault: ConfigFault): string {
  return `${fault.key}: got ${fault.got}, takes ${fault.takes}`;
}
