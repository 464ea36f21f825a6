/** What a file may bring. */
export const PLUGIN_TYPES = ['agent', 'tool'] as const;
export type PluginType = (typeof PLUGIN_TYPES)[number];

/** What the loader takes from the configuration; the class is the injection token. */
export class PluginLoaderOptions {
  constructor(
    /** Absolute paths. */
    readonly directories: readonly string[],
    readonly allowedTypes: readonly PluginType[],
    /** Bound on loading one file, in seconds. */
    readonly timeoutSec: number,
    /** Whether files that change are loaded again. */
    readonly isHot: boolean,
  ) {}
}
