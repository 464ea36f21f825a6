import { mergeMetrics } from './merge-metrics.js';

const page = (live: number) =>
  [
    '# HELP wand_runs_live Runs that this process works on.',
    '# TYPE wand_runs_live gauge',
    `wand_runs_live ${live}`,
    '',
    '# HELP wand_took_seconds How long it took.',
    '# TYPE wand_took_seconds histogram',
    'wand_took_seconds_bucket{le="+Inf"} 1',
    'wand_took_seconds_sum 0.5',
    '',
  ].join('\n');

describe('The metrics of several workers', () => {
  it('stand together by metric, each sample with the number of its worker', () => {
    const pages = [1, 2].map((worker) => ({ worker, text: page(worker * 10) }));
    expect(mergeMetrics(pages).split('\n')).toEqual([
      '# HELP wand_runs_live Runs that this process works on.',
      '# TYPE wand_runs_live gauge',
      'wand_runs_live{worker="1"} 10',
      'wand_runs_live{worker="2"} 20',
      '',
      '# HELP wand_took_seconds How long it took.',
      '# TYPE wand_took_seconds histogram',
      'wand_took_seconds_bucket{worker="1",le="+Inf"} 1',
      'wand_took_seconds_sum{worker="1"} 0.5',
      'wand_took_seconds_bucket{worker="2",le="+Inf"} 1',
      'wand_took_seconds_sum{worker="2"} 0.5',
      '',
    ]);
  });

  it('keep what a label says, whatever it is', () => {
    const text = '# TYPE a gauge\na{of="x} y{"} 1\n';
    expect(mergeMetrics([{ worker: 1, text }])).toContain('a{worker="1",of="x} y{"} 1');
  });
});
