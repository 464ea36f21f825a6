import { GRAPH_ID, KEY_ID, RUN_ID, epochMs, graphId, keyId, runId } from './ids.js';

const ulid = '01jgy5fzsjm4x3kq0d2n8w7v6t';

describe('ids', () => {
  it('are told apart by their prefix', () => {
    expect(GRAPH_ID.test(`g_${ulid}`)).toBe(true);
    expect(RUN_ID.test(`r_${ulid}`)).toBe(true);
    expect(KEY_ID.test(`k_${ulid}`)).toBe(true);
    expect(RUN_ID.test(`g_${ulid}`)).toBe(false);
  });

  it.each([`r_${ulid}0`, `r_${ulid.slice(1)}`, `r_${ulid.toUpperCase()}`, `r_${ulid.replace('j', 'u')}`, ` r_${ulid}`])(
    'do not look like %j',
    (text) => {
      expect(RUN_ID.test(text)).toBe(false);
    },
  );

  it('are plain values at run time', () => {
    expect([graphId('g'), runId('r'), keyId('k'), epochMs(5)]).toEqual(['g', 'r', 'k', 5]);
  });
});
