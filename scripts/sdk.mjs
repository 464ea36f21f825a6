/**
 * Writes everything that is generated under `sdk/`: the OpenAPI document, then the TypeScript client made from it, and the
 * version in the client's package.json: `npm run sdk`. With `--check` it writes nothing and exits 1 when something is stale.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import { GeneratedFiles, formatted } from './generated-files.mjs';
import { generateDocument } from './openapi.mjs';

const root = resolve(import.meta.dirname, '..');
const PACKAGE = join(root, 'sdk', 'typescript');
const GENERATED = join(PACKAGE, 'src', 'generated');

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));

async function generateClient(document, folder) {
  await createClient({
    // The generator annotates what it reads.
    input: structuredClone(document),
    output: { path: folder, module: { extension: '.js' }, clean: true },
    plugins: [
      { name: '@hey-api/client-fetch', baseUrl: false },
      { name: '@hey-api/typescript', enums: false },
      { name: '@hey-api/sdk', responseStyle: 'fields' },
    ],
    logs: { level: 'silent', file: false },
  });
}

/** Code that we do not write is not held to how we write. */
const asGenerated = (text) => `/* eslint-disable */\n${text.replace(/^\/\* eslint-disable \*\/\n/, '')}`;

async function putClient(document, files) {
  const folder = mkdtempSync(join(tmpdir(), 'wand-sdk-'));
  try {
    await generateClient(document, folder);
    const names = filesIn(folder);
    for (const name of names) {
      const path = join(GENERATED, name);
      files.put(path, await formatted(path, asGenerated(readFileSync(join(folder, name), 'utf8'))));
    }
    for (const name of filesIn(GENERATED)) if (!names.includes(name)) files.remove(join(GENERATED, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function putVersion(version, files) {
  const path = join(PACKAGE, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  files.put(path, await formatted(path, JSON.stringify({ ...manifest, version })));
}

const args = process.argv.slice(2);
const files = new GeneratedFiles({ root, check: args.includes('--check'), command: 'npm run sdk' });
const document = await generateDocument({ files, allowBreaking: args.includes('--allow-breaking') });
await putClient(document, files);
await putVersion(document.info.version, files);
files.finish();
