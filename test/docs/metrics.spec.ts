import { readFileSync } from 'node:fs';
import { useTracedApi } from '../e2e/tracing/use-traced-api.js';
import { fleetMetricsText } from '../support/fleet-metrics.js';

describe('docs/reference/metrics.md', () => {
  const { api } = useTracedApi();

  it('lists every metric of our own with its kind, and no other', async () => {
    const text = (await api.get('/metrics')).body as string;
    const served = [...text.matchAll(/^# TYPE (wand_\w+) (\w+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
    const page = readFileSync('docs/reference/metrics.md', 'utf8');
    const listed = [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)].map(([, name, kind]) => `${name} ${kind}`);
    expect(listed).toEqual(served.sort());
  });

  it('lists what a process of a fleet tells beside that, and nothing else', async () => {
    const kinds = (text: string) =>
      [...text.matchAll(/^# TYPE (wand_\w+) (\w+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
    const alone = kinds((await api.get('/metrics')).body as string);
    const ofFleets = kinds(await fleetMetricsText()).filter((metric) => !alone.includes(metric));
    const page = readFileSync('docs/reference/metrics.md', 'utf8');
    const listed = [...page.matchAll(/^\| (counter|gauge|histogram) +\| `(\w+)` +\|/gm)].map(
      ([, kind, name]) => `${name} ${kind}`,
    );
    expect(listed).toEqual(ofFleets.sort());
  });
});
