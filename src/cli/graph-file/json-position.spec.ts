import fc from 'fast-check';
import { findPosition } from './json-position.js';

const TEXT = `{
  "name": "demo",
  "nodes": [
    { "id": "a", "params": { "x/y": [1, "}]", { "~": true }] } },
    { "id": "b", "type": "agent.echo" }
  ]
}`;

describe('findPosition', () => {
  it.each([
    ['', 1, 1],
    ['/name', 2, 11],
    ['/nodes', 3, 12],
    ['/nodes/1', 5, 5],
    ['/nodes/1/type', 5, 26],
    ['/nodes/0/params/x~1y/2/~0', 4, 54],
  ])('finds %s', (pointer, line, column) => {
    expect(findPosition(TEXT, pointer)).toEqual({ line, column });
  });

  it('finds the nearest value around one that is missing', () => {
    expect(findPosition(TEXT, '/nodes/1/params/url')).toEqual({ line: 5, column: 5 });
    expect(findPosition(TEXT, '/nodes/7')).toEqual({ line: 3, column: 12 });
    expect(findPosition(TEXT, '/name/deeper')).toEqual({ line: 2, column: 11 });
  });

  it('finds every value of any document where it stands', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        for (const [pointer, part] of parts(JSON.parse(text))) {
          const { line, column } = findPosition(text, pointer);
          const rest = text
            .split('\n')
            .slice(line - 1)
            .join('\n')
            .slice(column - 1);
          const shown = JSON.stringify(part, null, indent);
          expect(withoutSpace(rest).startsWith(withoutSpace(shown))).toBe(true);
        }
      }),
    );
  });
});

function withoutSpace(text: string): string {
  return text.replace(/\s/g, '');
}

function parts(value: unknown, pointer = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[pointer, value]];
  const escape = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
  return [
    [pointer, value],
    ...Object.entries(value).flatMap(([key, entry]) => parts(entry, `${pointer}/${escape(key)}`)),
  ];
}
