import { inspect } from 'node:util';
import type { SecretRegistry } from './config/index.js';

/** As Node ends a process on an error that nobody caught, but telling no secret. */
export function crash(error: unknown, secrets: SecretRegistry): never {
  process.stderr.write(`${secrets.text(described(error))}\n`);
  process.exit(1);
}

/** An error of a plugin may fail when it is looked at, and Node would then tell that second error as it is. */
function described(error: unknown): string {
  try {
    return inspect(error);
  } catch {
    return 'the process ends on an error that cannot be shown';
  }
}
