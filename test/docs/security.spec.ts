import { existsSync, readFileSync } from 'node:fs';

const ROW = /^\| (?<risk>API\d+) [^|]+\| (?<here>[^|]+) \| (?<held>[^|]+) \| (?<tests>[^|]+) \|$/;

const rows = readFileSync('docs/security.md', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const { risk = '', here = '', held = '', tests = '' } = ROW.exec(line)?.groups ?? {};
    return risk === '' ? [] : [{ risk, here: here.trim(), held: held.trim(), tests: tests.trim().split(', ') }];
  });

describe('the OWASP table of docs/security.md', () => {
  it('has each of the ten risks once, in their order', () => {
    expect(rows.map(({ risk }) => risk)).toEqual(Array.from({ length: 10 }, (_, index) => `API${index + 1}`));
  });

  it.each(rows)('says what $risk is here, what holds it and which tests show it', ({ here, held, tests }) => {
    expect(here).not.toBe('');
    expect(held).not.toBe('');
    const files = tests.map((test) => /^`((?:src|test)\/\S+\.spec\.ts)`$/.exec(test)?.[1] ?? `no test: ${test}`);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
});
