import type { AppConfig } from './app.config.js';
import type { ConfigViewAnswer, ValueSource } from './dto/config-view.schema.js';
import { maskedConfig } from './masking.js';
import { CONFIG_KEYS } from './schema/schema.js';
import type { Variable, Variables } from './variables.js';

/** A configuration as operators may see it, secrets masked. */
export function viewOf(parts: {
  readonly config: AppConfig;
  /** What it was made from. */
  readonly variables: Variables;
  readonly warnings: readonly string[];
}): ConfigViewAnswer {
  const { config, variables, warnings } = parts;
  const sources = Object.fromEntries(CONFIG_KEYS.map(({ env }) => [env, sourceOf(variables.get(env))]));
  return { environment: config.environment, values: maskedConfig(config), sources, warnings: [...warnings] };
}

function sourceOf(variable: Variable | undefined): ValueSource {
  if (variable === undefined) return 'default';
  return variable.isMounted ? 'mounted-file' : variable.layer;
}
