import { parseArgs } from 'node:util';

export interface ServeArguments {
  readonly wait: boolean;
  readonly role?: string;
  /** In place of EXECUTION__POOLS. */
  readonly pool?: readonly string[];
}

/**
 * What `dist/main.js` is started with: `--wait`, `--role <role>`, `--pool <name>` once for each.
 *
 * @throws {TypeError} that names an argument it does not take.
 */
export function serveArguments(args: readonly string[]): ServeArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      wait: { type: 'boolean', default: false },
      role: { type: 'string' },
      pool: { type: 'string', multiple: true },
    },
  });
  return values;
}
