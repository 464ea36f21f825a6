import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PAGES, anchorsOf, readPage, withoutCode } from './support/markdown.js';

/** Inline links and images, and definitions of links. */
const LINKS = /\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|^\[[^\]]+\]: +<?(\S+?)>?$/gm;
const OUTSIDE = /^[a-z][a-z+.-]*:/i;

const linksOf = (page: string): string[] =>
  [...withoutCode(readPage(page)).matchAll(LINKS)]
    .map(([, inline, defined]) => inline ?? defined ?? '')
    .filter((link) => !OUTSIDE.test(link));

/** What is wrong with a link; undefined if it leads somewhere. */
function fault(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (relative('.', target).startsWith('..')) return `${link} leads out of the repository`;
  if (!existsSync(target)) return `${link}: there is no ${target}`;
  if (anchor === undefined) return undefined;
  if (!statSync(target).isFile() || !target.endsWith('.md')) return `${link}: only pages have anchors`;
  return anchorsOf(readPage(target)).has(anchor) ? undefined : `${link}: ${target} has no heading with that anchor`;
}

describe('a link', () => {
  it.each(PAGES)('in %s leads to a file, and to a heading where it names one', (page) => {
    expect(linksOf(page).flatMap((link) => fault(page, link) ?? [])).toEqual([]);
  });

  it('is looked for where there are some', () => {
    expect(PAGES.flatMap(linksOf).length).toBeGreaterThan(50);
  });

  it.each([
    ['docs/api.md', 'no-such-page.md', 'there is no docs/no-such-page.md'],
    ['docs/api.md', '#no-such-heading', 'docs/api.md has no heading'],
    ['README.md', 'docs/security.md#secret', 'docs/security.md has no heading'],
    ['README.md', '../elsewhere.md', 'leads out of the repository'],
    ['README.md', 'Dockerfile#L1', 'only pages have anchors'],
  ])('in %s to %s is found out', (page, link, reason) => {
    expect(fault(page, link)).toContain(reason);
  });
});

describe('an anchor', () => {
  it.each([
    ['## What is _not_ promised?', 'what-is-not-promised'],
    ['## `LIMITS__MAX_NODES`', 'limits__max_nodes'],
    ['### Alert: not ready', 'alert-not-ready'],
    ['# @wand/client', 'wandclient'],
    ['## `wand serve` & [more](x.md)', 'wand-serve--more'],
    ['# One\n# One', 'one-1'],
    ['<a id="by-hand"></a>', 'by-hand'],
  ])('of %j is %s', (text, anchor) => {
    expect(anchorsOf(text)).toContain(anchor);
  });

  it('is none in code', () => {
    expect(anchorsOf('```sh\n# a comment\n```')).toEqual(new Set());
  });
});
