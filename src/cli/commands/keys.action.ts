import {
  type ApiKeysService,
  type CreatedKey,
  type KeyManager,
  newKeySchema,
  rotationSchema,
  toApiKey,
  toCreatedApiKey,
  toNewKey,
} from '../../auth/index.js';
import { DEFAULT_NAMESPACE, NAMESPACE, namespace } from '../../executor/core/index.js';
import type { CliContext } from '../cli-context.js';
import { CliError } from '../cli-errors.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { judged, toCliError } from '../keys/key-flags.js';
import { keyLine, keyTable } from '../keys/key-text.js';
import { KeysApp } from '../keys/keys-app.js';
import { parseDuration } from '../text/parse-duration.js';

const PAGE = 200;

/** Whoever can write to the database may do everything in it. */
const OPERATOR: KeyManager = { namespace: DEFAULT_NAMESPACE, scopes: new Set(['admin']) };

export interface CreateFlags {
  readonly name: string;
  readonly scope: readonly string[];
  readonly namespace?: string;
  readonly expires?: string;
  readonly json?: true;
}

export interface ListFlags {
  readonly namespace?: string;
  readonly json?: true;
}

export interface RotateFlags {
  readonly overlap: string;
  readonly json?: true;
}

/** Makes a key and prints it, alone on the standard output. @throws {CliError} */
export async function createKey(flags: CreateFlags, context: CliContext): Promise<ExitCode> {
  const body = judged(newKeySchema, {
    name: flags.name,
    scopes: flags.scope,
    namespace: flags.namespace,
    expires_at: flags.expires === undefined ? undefined : timeOf(flags.expires),
  });
  const created = await withKeys(context, (keys) => keys.create(OPERATOR, toNewKey(body)));
  return tell(created, flags, context);
}

/** Prints all keys, newest first. @throws {CliError} */
export async function listKeys(flags: ListFlags, context: CliContext): Promise<ExitCode> {
  if (flags.namespace !== undefined && !NAMESPACE.test(flags.namespace)) {
    throw new CliError('--namespace takes 1 to 63 of a-z, 0-9 and -, with neither end a -');
  }
  const sees = flags.namespace === undefined ? undefined : namespace(flags.namespace);
  const found = await withKeys(context, (keys) => allKeys(keys, { ...OPERATOR, sees }));
  context.stdout.write(flags.json === true ? `${JSON.stringify(found, null, 2)}\n` : keyTable(found));
  return EXIT.OK;
}

/** Ends a key. @throws {CliError} */
export async function revokeKey(keyId: string, context: CliContext): Promise<ExitCode> {
  await withKeys(context, (keys) => keys.revoke(OPERATOR, keyId));
  context.stderr.write(`revoked ${keyId}; a service that runs refuses it within 5 s\n`);
  return EXIT.OK;
}

/** Makes a key in place of another one and prints it, alone on the standard output. @throws {CliError} */
export async function rotateKey(keyId: string, flags: RotateFlags, context: CliContext): Promise<ExitCode> {
  const overlapSec = parseDuration(flags.overlap);
  if (overlapSec === undefined) throw new CliError('--overlap takes a length of time such as 30m, 12h or 7d');
  judged(rotationSchema, { overlap_sec: overlapSec });
  const created = await withKeys(context, (keys) => keys.rotate(OPERATOR, keyId, overlapSec));
  context.stderr.write(`${keyId} ends in ${flags.overlap}\n`);
  return tell(created, flags, context);
}

function tell(created: CreatedKey, { json }: { readonly json?: true }, { stdout, stderr }: CliContext): ExitCode {
  if (json === true) {
    stdout.write(`${JSON.stringify(toCreatedApiKey(created), null, 2)}\n`);
    return EXIT.OK;
  }
  stderr.write(`${keyLine(toApiKey(created.key))}\nThe key is shown now and never again:\n`);
  stdout.write(`${created.secret}\n`);
  return EXIT.OK;
}

async function withKeys<Result>(context: CliContext, use: (keys: ApiKeysService) => Promise<Result>): Promise<Result> {
  const app = await KeysApp.open(context);
  try {
    return await use(app.keys);
  } catch (error) {
    throw toCliError(error);
  } finally {
    await app.close();
  }
}

async function allKeys(keys: ApiKeysService, manager: KeyManager): Promise<ReturnType<typeof toApiKey>[]> {
  const found: ReturnType<typeof toApiKey>[] = [];
  let before: string | undefined;
  do {
    const page = await keys.list(manager, { limit: PAGE, before });
    found.push(...page.slice(0, PAGE).map(toApiKey));
    before = page.length > PAGE ? page[PAGE - 1]?.keyId : undefined;
  } while (before !== undefined);
  return found;
}

/** A moment, given as such or as a length of time from now on. */
function timeOf(text: string): string {
  const seconds = parseDuration(text);
  return seconds === undefined ? text : new Date(Date.now() + seconds * 1_000).toISOString();
}
