/** Why one file, or one directory, of plugins cannot be loaded. */
export interface PluginFault {
  readonly path: string;
  readonly reason: string;
}

/** Plugins that cannot be loaded; the message has a line for each. */
export class PluginLoadError extends Error {
  override readonly name = 'PluginLoadError';

  constructor(readonly faults: readonly PluginFault[]) {
    super(faults.map(faultLine).join('\n'));
  }
}

/** A fault as an operator reads it. */
export function faultLine({ path, reason }: PluginFault): string {
  return `plugin ${path}: ${reason}`;
}
