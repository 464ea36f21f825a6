/** A command cannot be carried out: `message` says what is wrong, where, and what is accepted. */
export class CliError extends Error {
  override readonly name = 'CliError';
  /** Further lines, one per fault. */
  readonly faults: readonly string[];

  constructor(message: string, options: { readonly faults?: readonly string[]; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.faults = options.faults ?? [];
  }
}

/** The sentence in anything that was thrown. */
export function messageOf(error: unknown): string {
  const message = fieldOf(error, 'message');
  return typeof message === 'string' ? message : String(error);
}

/** True for a system error with this code, such as `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return fieldOf(error, 'code') === code;
}

/** A field of anything that was thrown: errors of other realms are no instances of our `Error`. */
export function fieldOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined;
}
