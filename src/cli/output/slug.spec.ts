import { slug } from './slug.js';

describe('slug', () => {
  it.each([
    ['demo', 'demo'],
    ['My graph: über/alles?', 'My-graph-über-alles'],
    ['../../etc/passwd', 'etc-passwd'],
    ['.hidden', 'hidden'],
    ['chart.svg', 'chart.svg'],
    ['///', 'graph'],
    ['x'.repeat(200), 'x'.repeat(80)],
  ])('turns %s into %s', (name, expected) => {
    expect(slug(name)).toBe(expected);
  });
});
