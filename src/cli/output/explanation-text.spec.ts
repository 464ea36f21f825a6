import { EXAMPLE_EXPLANATION } from '../../runs/explain/explain.examples.js';
import { explanationText, glanceText } from './explanation-text.js';

describe('an explanation on the command line', () => {
  it('says what the condition wanted and what it saw', () => {
    expect(explanationText(EXAMPLE_EXPLANATION.node)).toBe(
      [
        'publish was skipped (cond_false): the edge from review was not taken: its condition does not hold',
        'edges:',
        '  review: not taken: its condition does not hold',
        '    score was 0.4 (wanted >= 0.8)',
        'back to the first cause:',
        '  publish SKIPPED (cond_false)',
        '  review SUCCESS',
        '',
      ].join('\n'),
    );
  });

  it('lists attempts with their errors, and names that led nowhere', () => {
    const error = { type: 'HttpError', message: 'answered 500' };
    const text = explanationText({
      id: 'a',
      summary: 'failed',
      edges: [{ from: 'b', summary: 'taken', condition: { values: [{ name: 'output.x', found: false }] } }],
      attempts: [{ attempt: 1, outcome: 'failed', started_at: '2026-11-23T10:00:00.000Z', error }],
      chain: [{ node: 'a', status: 'FAILED', skip_reason: null, error }],
    });
    expect(text).toBe(
      [
        'a failed',
        'edges:',
        '  b: taken',
        '    output.x led nowhere',
        'attempts:',
        '  1 failed, started 2026-11-23T10:00:00.000Z, HttpError: answered 500',
        '',
      ].join('\n'),
    );
  });

  it('keeps a line a line, whatever a graph calls its nodes', () => {
    expect(glanceText({ id: 'a', summary: 'failed: \u001b[31mred\nnext' })).toBe('a failed: \\u001b[31mred next\n');
  });
});
