import { parseLabels } from './parse-labels.js';

describe('parseLabels', () => {
  it('splits at the first colon', () => {
    expect(parseLabels(['team:data', 'at:10:30', 'empty:'])).toEqual({ team: 'data', at: '10:30', empty: '' });
  });

  it.each(['team', ':data'])('refuses %s', (label) => {
    expect(() => parseLabels([label])).toThrow(`--label "${label}": takes key:value`);
  });
});
