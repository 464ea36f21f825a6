import { readFileSync } from 'node:fs';
import { useTracedApi } from '../e2e/tracing/use-traced-api.js';

describe('docs/reference/metrics.md', () => {
  const { api } = useTracedApi();

  it('lists every metric of our own with its kind, and no other', async () => {
    const text = (await api.get('/metrics')).body as string;
    const served = [...text.matchAll(/^# TYPE (wand_\w+) (\w+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
    const page = readFileSync('docs/reference/metrics.md', 'utf8');
    const listed = [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)].map(([, name, kind]) => `${name} ${kind}`);
    expect(listed).toEqual(served.sort());
  });
});
