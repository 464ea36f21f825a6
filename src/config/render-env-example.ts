import { CONFIG_KEYS, type ConfigKey } from './schema/schema.js';

const WIDTH = 110;
const HEADER = [
  'Every key of the configuration, with its default. Copy this file to `.env` and uncomment what you change.',
  'The process environment wins over `.env`, which wins over `config/<ENVIRONMENT>.env`, which wins over the defaults. ' +
    'Lists are JSON. An empty value counts as not set.',
];

/** The text of `.env.example`: every key with what it does, what it takes and its default. */
export function renderEnvExample(): string {
  const lines = HEADER.flatMap(comment);
  let section: string | undefined = '';
  for (const key of CONFIG_KEYS) {
    if (key.section !== section) lines.push('', `# ---- ${key.section ?? 'service'} ----`);
    section = key.section;
    lines.push('', ...comment(key.description), ...comment(factsOf(key)), `#${key.env}=${textOf(key.defaultValue)}`);
  }
  return `${lines.join('\n')}\n`;
}

function factsOf(key: ConfigKey): string {
  const takes = `Takes ${key.takes}.`;
  const fallback = key.defaultValue === undefined ? 'Not set by default' : `Default: ${textOf(key.defaultValue)}`;
  return `${takes} ${fallback}${key.defaultNote === undefined ? '' : `; ${key.defaultNote}`}.`;
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? quoteIfNeeded(value) : JSON.stringify(value);
}

function quoteIfNeeded(text: string): string {
  return /[\s#"']/.test(text) ? JSON.stringify(text) : text;
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
