import { failureText, headline, outputsText } from './outcome-text.js';

describe('outcome text', () => {
  const result = {
    outputs: { chart: { points: 6 } },
    sinks: ['chart'],
    summary: { succeeded: 3, failed_handled: 0, skipped: 1 },
  };

  it('sums the run up in one line', () => {
    expect(headline('r_1', { status: 'SUCCESS', result, error: null }, 231)).toBe(
      'SUCCESS in 231 ms: 3 succeeded, 0 failed and handled, 1 skipped (run r_1)',
    );
  });

  it('shows the outputs, and nothing for a run without', () => {
    expect(outputsText({ status: 'SUCCESS', result, error: null })).toBe('{\n  "chart": {\n    "points": 6\n  }\n}');
    expect(outputsText({ status: 'FAILED', result: null, error: null })).toBeUndefined();
  });

  it('names the node, the error, the attempts and the first cause', () => {
    const nodeError = { type: 'HttpError', message: 'status 500', retryable: true, attempts: 3 };
    const error = {
      ...nodeError,
      node_id: 'handler',
      error: nodeError,
      first_cause: { node_id: 'fetch', error: { ...nodeError, attempts: 1, message: 'status 404' } },
    };
    expect(failureText({ status: 'FAILED', result: null, error })).toBe(
      'node "handler": HttpError: status 500 (after 3 attempts); it began with node "fetch": HttpError: status 404',
    );
  });

  it('tells of a run that failed without a node to blame', () => {
    const error = { type: 'TimeoutError', message: 'the run took longer than 5 s', retryable: false, attempts: 0 };
    expect(failureText({ status: 'FAILED', result: null, error })).toBe('TimeoutError: the run took longer than 5 s');
  });
});
