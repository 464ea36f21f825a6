import { type LoadedConfig, loadConfig, maskedConfig, viewOf } from '../../config/index.js';
import type { CliContext } from '../cli-context.js';
import { printableLine } from '../text/printable.js';

/** Prints the configuration in effect; as JSON what `GET /config` would answer. @throws {ConfigError} */
export function showConfig(flags: { readonly json?: true }, context: CliContext): void {
  const loaded = load(context);
  if (flags.json === true) {
    context.stdout.write(`${JSON.stringify(viewOf(loaded), null, 2)}\n`);
    return;
  }
  const { config, warnings } = loaded;
  for (const [key, value] of Object.entries(maskedConfig(config))) {
    context.stdout.write(`${key}=${printableLine(valueText(value))}\n`);
  }
  warn(context, warnings);
}

/** Says that the configuration can be used. @throws {ConfigError} if it cannot. */
export function checkConfig(context: CliContext): void {
  warn(context, load(context).warnings);
  context.stdout.write('the configuration is valid\n');
}

function load({ env, cwd, packageRoot }: CliContext): LoadedConfig {
  return loadConfig({ env, cwd, packageRoot });
}

function warn({ stderr }: CliContext, warnings: readonly string[]): void {
  for (const warning of warnings) stderr.write(`warning: ${printableLine(warning)}\n`);
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
