import { readFileSync } from 'node:fs';
import { CONFIG_KEYS } from '../../src/config/schema/schema.js';
import { PROBLEMS } from '../../src/http/problem/problem-code.js';
import { PAGES, readPage } from './support/markdown.js';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const { paths } = JSON.parse(readFileSync('sdk/openapi.json', 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};
const metrics = readPage('docs/reference/metrics.md');
const keys = new Set(CONFIG_KEYS.map(({ env }) => env));
const sections = [...new Set(CONFIG_KEYS.flatMap(({ env }) => /^[A-Z]+(?=__)/.exec(env)?.[0] ?? []))];
const operations = new Set(
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  ),
);
/** Decisions and the changelog tell of what was. */
const PRESENT = PAGES.filter((page) => page !== 'CHANGELOG.md' && !page.startsWith('docs/decisions/'));

const named = (page: string, pattern: RegExp): string[] =>
  [...readPage(page).matchAll(pattern)].map(([, name = '']) => name);

describe('what a page names', () => {
  it.each(PRESENT)('is there: keys of the configuration in %s', (page) => {
    const pattern = new RegExp(String.raw`\b((?:${sections.join('|')})__[A-Z][A-Z0-9_]*[A-Z0-9])\b`, 'g');
    const unknown = named(page, pattern).filter((name) => !keys.has(name) && !keys.has(name.replace(/_FILE$/, '')));
    expect(unknown).toEqual([]);
  });

  it.each(PRESENT)('is there: npm scripts in %s', (page) => {
    const names = named(page, /\bnpm run (?:--silent )?([a-z][\w:]*)/g);
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
  });

  it.each(PRESENT)('is there: metrics in %s', (page) => {
    const names = named(page, /\b(wand_[a-z_]+[a-z])\b/g);
    expect(names.filter((name) => !metrics.includes(`\`${name.replace(/_bucket$/, '')}`))).toEqual([]);
  });

  it.each(PRESENT)('is there: operations in %s', (page) => {
    const names = named(page, /`((?:GET|HEAD|POST|PUT|PATCH|DELETE) \/[\w{}/.-]+)(?:\?[^`]*)?`/g);
    expect(names.filter((name) => !operations.has(name))).toEqual([]);
  });

  it.each(PRESENT)('is there: kinds of problems in %s', (page) => {
    const names = named(page, /\/problems\/([a-z-]+)/g);
    expect(names.filter((name) => !(name in PROBLEMS))).toEqual([]);
  });

  it('is looked for', () => {
    expect(PRESENT.flatMap((page) => named(page, /`((?:GET|POST) \/[\w{}/.-]+)`/g)).length).toBeGreaterThan(40);
    expect(operations.size).toBeGreaterThan(25);
  });
});
