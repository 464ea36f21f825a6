import { randomBytes, randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { hasCode } from '../cli-errors.js';

const KEY_BYTES = 32;
const OWNER_ONLY = 0o600;

/** A new API key: 32 random bytes as base64url. */
export function generateApiKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}

/**
 * The text of a `.env` file: the documented example with these variables set, the others as they are, commented out.
 *
 * @throws {Error} if the example lacks one of the variables.
 */
export function renderEnvFile(example: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [name, value]) => {
    const line = new RegExp(`^#${name}=.*$`, 'm');
    if (!line.test(text)) throw new Error(`the example has no ${name}`);
    return text.replace(line, () => `${name}=${value}`);
  }, example);
}

/** Writes a file that only its owner can read. False, with nothing changed, if it exists and may not be replaced. */
export async function writeSecretFile(path: string, text: string, { replace }: { replace: boolean }): Promise<boolean> {
  if (!replace) return createSecretFile(path, text);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await createSecretFile(temporary, text);
    await rename(temporary, path);
    return true;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function createSecretFile(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', OWNER_ONLY);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}
