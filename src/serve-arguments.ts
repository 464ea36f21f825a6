import { parseArgs } from 'node:util';

export interface ServeArguments {
  readonly wait: boolean;
  readonly role?: string;
}

/** What `dist/main.js` is started with: `--wait`, `--role <role>`. @throws {TypeError} that names an argument it does not take. */
export function serveArguments(args: readonly string[]): ServeArguments {
  const { values } = parseArgs({
    args: [...args],
    options: { wait: { type: 'boolean', default: false }, role: { type: 'string' } },
  });
  return values;
}
