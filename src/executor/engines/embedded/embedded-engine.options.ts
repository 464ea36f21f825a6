import type { SecretRegistry } from '../../../config/index.js';

/** Bounds that may change while the engine runs. */
export interface EngineLimits {
  /** Runs that execute at once in this process. */
  readonly maxConcurrentRuns: number;
}

/** What the embedded engine takes from the configuration, and its randomness; the class is the injection token. */
export class EmbeddedEngineOptions {
  constructor(
    readonly limits: EngineLimits,
    /** Environment variables that templates may read, by name. */
    readonly templateEnv: Readonly<Record<string, string>>,
    /** Taken out of what goes wrong with a template. */
    readonly secrets: SecretRegistry,
    /** Uniform in [0, 1); for the jitter of waits. */
    readonly random: () => number = Math.random,
  ) {}
}
