import { Metrics } from './metrics.js';

describe('Metrics', () => {
  it('reads each value when it is asked, and not before', async () => {
    const metrics = new Metrics();
    let value = 1;
    const read = jest.fn(() => value);
    metrics.addGauge({ name: 'wand_things', help: 'Things.', read });
    metrics.addCounter({ name: 'wand_things_total', help: 'Things so far.', read: () => value * 10 });
    expect(read).not.toHaveBeenCalled();
    expect(await metrics.text()).toMatch(/^# TYPE wand_things gauge\nwand_things 1$/m);
    value = 2;
    const text = await metrics.text();
    expect(text).toMatch(/^wand_things 2$/m);
    expect(text).toMatch(/^# TYPE wand_things_total counter\nwand_things_total 20$/m);
  });

  it('tells a value per set of labels, and forgets those that are no longer there', async () => {
    const metrics = new Metrics();
    let kinds = ['a', 'b'];
    const read = async () => kinds.map((kind, index) => ({ labels: { kind }, value: index }));
    metrics.addGauge({ name: 'wand_kinds', help: 'Kinds.', labels: ['kind'], read });
    metrics.addCounter({ name: 'wand_kinds_total', help: 'Kinds so far.', labels: ['kind'], read });
    expect(await metrics.text()).toContain('wand_kinds{kind="a"} 0\nwand_kinds{kind="b"} 1\n');
    kinds = ['c'];
    const text = await metrics.text();
    expect(text).toContain('wand_kinds{kind="c"} 0\n');
    expect(text).not.toContain('kind="a"');
  });

  it('measures the process from the first question on', async () => {
    expect(await new Metrics().text()).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  it('keeps its values apart from those of another', async () => {
    const [first, second] = [new Metrics(), new Metrics()];
    for (const metrics of [first, second]) metrics.addGauge({ name: 'wand_same', help: 'Same.', read: () => 1 });
    expect(await second.text()).toContain('wand_same 1');
  });
});
