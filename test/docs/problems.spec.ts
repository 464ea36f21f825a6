import { readFileSync } from 'node:fs';
import { PROBLEMS } from '../../src/http/problem/problem-code.js';

const ROW = /^\| `\/problems\/(?<code>[a-z-]+)` *\| (?<status>\d{3}) +\| (?<title>.+?) +\|$/;

describe('docs/reference/problems.md', () => {
  it('lists every problem that the API answers, with its status and title', () => {
    const listed = readFileSync('docs/reference/problems.md', 'utf8')
      .split('\n')
      .flatMap((line) => {
        const { code, status, title } = ROW.exec(line)?.groups ?? {};
        return code === undefined ? [] : [[code, { status: Number(status), title }]];
      });
    expect(Object.fromEntries(listed)).toEqual(PROBLEMS);
  });
});
