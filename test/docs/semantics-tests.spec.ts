import { readFileSync } from 'node:fs';

const TABLE_ROW = /^\| (?<rule>.+?) +\| `(?<file>[^`]+)` +\| (?<title>.+?) +\|$/;

const rows = readFileSync('docs/reference/semantics-tests.md', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const { rule = '', file = '', title = '' } = TABLE_ROW.exec(line)?.groups ?? {};
    return file === '' ? [] : [{ rule, file, title }];
  });

describe('docs/reference/semantics-tests.md', () => {
  it('has a row for every section of the semantics', () => {
    expect(rows.length).toBeGreaterThan(90);
  });

  it.each(rows)('names a test that exists: $title', ({ file, title }) => {
    expect(readFileSync(file, 'utf8')).toContain(title);
  });
});
