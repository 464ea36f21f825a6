import type { OutputLimits } from './agent-output.js';

/** What the invoker takes from the configuration; the value is the injection token. */
export class InvokerOptions {
  constructor(
    readonly output: OutputLimits,
    /** Largest artifact, in bytes. */
    readonly maxArtifactBytes: number,
  ) {}
}
