import { CliError } from '../cli-errors.js';

/** Labels from the values of `--label key:value`. What a label may hold is checked with the run. @throws {CliError} */
export function parseLabels(values: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    values.map((value) => {
      const colon = value.indexOf(':');
      if (colon < 1) throw new CliError(`--label ${JSON.stringify(value)}: takes key:value`);
      return [value.slice(0, colon), value.slice(colon + 1)];
    }),
  );
}
