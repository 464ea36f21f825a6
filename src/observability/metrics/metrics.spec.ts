import { Logger } from '@nestjs/common';
import { waitFor } from '../../../test/support/wait-for.js';
import { Distribution } from '../core/index.js';
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

  it('tells how many values of a distribution are at most as large as each bound', async () => {
    const metrics = new Metrics();
    const [alone, labelled] = [new Distribution([0.5, 2]), new Distribution([1])];
    metrics.addHistogram({ name: 'wand_alone_seconds', help: 'Alone.', read: () => alone });
    const read = () => [{ labels: { kind: 'a"b\\c' }, distribution: labelled }];
    metrics.addHistogram({ name: 'wand_labelled_seconds', help: 'With a label.', read });
    for (const value of [0.5, 1, 3]) alone.observe(value);
    const text = await metrics.text();
    expect(text).toContain(
      [
        '# HELP wand_alone_seconds Alone.',
        '# TYPE wand_alone_seconds histogram',
        'wand_alone_seconds_bucket{le="0.5"} 1',
        'wand_alone_seconds_bucket{le="2"} 2',
        'wand_alone_seconds_bucket{le="+Inf"} 3',
        'wand_alone_seconds_sum 4.5',
        'wand_alone_seconds_count 3',
        '',
      ].join('\n'),
    );
    expect(text).toContain('wand_labelled_seconds_bucket{kind="a\\"b\\\\c",le="+Inf"} 0\n');
    expect(() => metrics.addHistogram({ name: 'wand_alone_seconds', help: 'Again.', read: () => alone })).toThrow(
      'wand_alone_seconds',
    );
  });

  it('leaves out what cannot be read, and tells the rest', async () => {
    Logger.overrideLogger(false);
    const metrics = new Metrics();
    const broken = (): Promise<never> => Promise.reject(new Error('locked'));
    metrics.addGauge({ name: 'wand_broken', help: 'Broken.', read: broken });
    metrics.addGauge({ name: 'wand_broken_kinds', help: 'Broken.', labels: ['kind'], read: broken });
    metrics.addCounter({ name: 'wand_broken_total', help: 'Broken.', read: broken });
    metrics.addGauge({ name: 'wand_sound', help: 'Sound.', read: () => 1 });
    const text = await metrics.text();
    expect(text).toMatch(/^wand_sound 1$/m);
    expect(text).not.toMatch(/^wand_broken/m);
  });

  it('takes an event loop that has nothing to do for one that is not late, and one that was held up for late', async () => {
    const metrics = new Metrics();
    const delay = async (): Promise<number> =>
      Number(/^wand_event_loop_delay_max_seconds (\S+)$/m.exec(await metrics.text())?.[1]);
    await delay();
    const calm = await waitFor('a sample of a calm moment', async () => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      const seconds = await delay();
      return seconds < 0.09 && { seconds };
    });
    expect(calm.seconds).toBeGreaterThanOrEqual(0);
    const late = await waitFor('a sample of a moment that was not', async () => {
      for (const end = performance.now() + 400; performance.now() < end;);
      const seconds = await delay();
      return seconds > 0.2 && { seconds };
    });
    expect(late.seconds).toBeLessThan(60);
    expect(await metrics.text()).not.toContain('nodejs_eventloop_lag_p99_seconds');
  });
});
