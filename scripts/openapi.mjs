/**
 * Writes `sdk/openapi.json`, the document that the service serves, and `sdk/operations.json`, the names that clients call its
 * operations by: `npm run openapi`. With `--check` it writes nothing and exits 1 when a file is not what it would write.
 *
 * A name that was given once stays: an operation that is gone or has another name is an error, unless `--allow-breaking` says
 * that it is meant.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildIfStale } from './build-if-stale.mjs';
import { GeneratedFiles, formatted } from './generated-files.mjs';

const root = resolve(import.meta.dirname, '..');
const DOCUMENT = join(root, 'sdk', 'openapi.json');
const OPERATIONS = join(root, 'sdk', 'operations.json');

/** The document of the built service, asked over HTTP, with everything switched on that a configuration may add. */
async function servedDocument() {
  await buildIfStale();
  const { loadConfig } = await import('../dist/config/index.js');
  const { Service } = await import('../dist/service.js');
  const folder = mkdtempSync(join(tmpdir(), 'wand-openapi-'));
  const env = { ENVIRONMENT: 'testing', HOST: '127.0.0.1', PORT: '0', SHUTDOWN_GRACE_SEC: '0' };
  const loaded = loadConfig({ env, cwd: folder, packageRoot: root });
  const service = await Service.start(loaded, { wait: false, onOwnershipLost: () => undefined });
  try {
    const answer = await fetch(`${await service.app.getUrl()}/openapi.json`);
    if (!answer.ok) throw new Error(`/openapi.json answered ${answer.status}`);
    return await answer.json();
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Name of each operation → method and path. */
function operationsOf(document) {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => [operationId, `${method.toUpperCase()} ${path}`]),
  );
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function assertNothingBroken(before, after) {
  const broken = Object.entries(before).filter(([name, route]) => after[name] !== route);
  if (broken.length === 0) return;
  const lines = broken.map(([name, route]) => `  ${name} was ${route}, is ${after[name] ?? 'gone'}`);
  throw new Error(`clients would break; say --allow-breaking if that is meant:\n${lines.join('\n')}`);
}

/** Writes or checks both files; returns the document. */
export async function generateDocument({ files, allowBreaking }) {
  const document = await servedDocument();
  const operations = operationsOf(document);
  if (!allowBreaking) assertNothingBroken(JSON.parse(readFileSync(OPERATIONS, 'utf8')), operations);
  await files.put(DOCUMENT, await formatted(DOCUMENT, JSON.stringify(document)));
  await files.put(OPERATIONS, await formatted(OPERATIONS, JSON.stringify(operations)));
  return document;
}

async function main(args) {
  const files = new GeneratedFiles({ root, check: args.includes('--check'), command: 'npm run openapi' });
  await generateDocument({ files, allowBreaking: args.includes('--allow-breaking') });
  files.finish();
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
