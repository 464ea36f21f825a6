import { envText, factsOf } from './key-text.js';
import { CONFIG_KEYS } from './schema/schema.js';

const WIDTH = 110;
const HEADER = [
  'Every key of the configuration, with its default. Copy this file to `.env` and uncomment what you change; ' +
    '`wand setup` does so, with a new key.',
  'The process environment wins over `.env`, which wins over `config/<ENVIRONMENT>.env`, which wins over the defaults. ' +
    'Lists are JSON. An empty value counts as not set. <KEY>_FILE names a file that holds the value of <KEY>. What is reloadable ' +
    'changes when this file does, in development. docs/configuration.md says more.',
];

/** The text of `.env.example`: every key with what it does, what it takes and its default. */
export function renderEnvExample(): string {
  const lines = HEADER.flatMap(comment);
  let section: string | undefined = '';
  for (const key of CONFIG_KEYS) {
    if (key.section !== section) lines.push('', `# ---- ${key.section ?? 'service'} ----`);
    section = key.section;
    lines.push('', ...comment(key.description), ...comment(factsOf(key)), `#${key.env}=${envText(key.defaultValue)}`);
  }
  return `${lines.join('\n')}\n`;
}

function comment(text: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length > 1 && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
