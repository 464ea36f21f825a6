import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every page for people, by its path from the root of the repository. */
export const PAGES: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  'sdk/typescript/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name))
    .sort(),
];

export function readPage(page: string): string {
  return readFileSync(page, 'utf8');
}

/** The text without what stands in code: links and headings in there are none. */
export function withoutCode(text: string): string {
  return text.replace(/^(?<fence>`{3,})[^]*?^\k<fence>`*$/gm, '').replace(/(?<!`)(`+)(?!`).*?[^`]\1(?!`)/g, '');
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const taken = new Map<string, number>();
  const prose = text.replace(/^(?<fence>`{3,})[^]*?^\k<fence>`*$/gm, '');
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const shown = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/(?<![\w`])_([^_`]+)_(?!\w)/g, '$1')
      .replaceAll(/\\(.)/g, '$1');
    const slug = shown
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    const before = taken.get(slug);
    taken.set(slug, (before ?? 0) + 1);
    anchors.add(before === undefined ? slug : `${slug}-${before}`);
  }
  for (const [, id = ''] of prose.matchAll(/<a id="([^"]+)">/g)) anchors.add(id);
  return anchors;
}
