import { existsSync, readFileSync, readdirSync } from 'node:fs';

const table = readFileSync('docs/durability.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'));
const rows = table.slice(2).map((line) => ({
  promise: line.split('|')[1]?.trim() ?? '',
  files: [...line.matchAll(/`([a-z]+\/[^`]+)`/g)].map(([, file = '']) => file),
}));
const campaigns = ['test/chaos', 'test/chaos/fleet'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => `${folder}/${name}`),
);

describe('the table of docs/durability.md', () => {
  it.each(rows)('names a test for: $promise', ({ files }) => {
    expect(files).not.toEqual([]);
  });

  it.each([...new Set(rows.flatMap(({ files }) => files))])('names what exists: %s', (file) => {
    expect(existsSync(file)).toBe(true);
  });

  it.each(campaigns)('names the campaign %s', (name) => {
    expect(rows.flatMap(({ files }) => files)).toContain(name);
  });
});
