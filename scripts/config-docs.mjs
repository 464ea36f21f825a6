/** Writes `.env.example` and `docs/configuration.md` from the schema of the configuration; `--check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const { renderConfigurationPage, renderEnvExample } = await import('../dist/config/index.js');

const pages = [
  ['.env.example', renderEnvExample()],
  ['docs/configuration.md', renderConfigurationPage()],
];

function isCurrent(path, text) {
  try {
    return readFileSync(path, 'utf8') === text;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

for (const [name, text] of pages) {
  const path = join(root, name);
  if (isCurrent(path, text)) continue;
  if (process.argv.includes('--check')) {
    console.error(`${name} is not what the schema says: run npm run docs:config`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
    console.log(`wrote ${name}`);
  }
}
