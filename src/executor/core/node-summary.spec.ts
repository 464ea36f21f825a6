import { graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';
import { summariseNodes } from './node-summary.js';

const summaryOf = (run: LiveRun, id: string) =>
  summariseNodes(run.plan, run.state).find((summary) => summary.id === id);

describe('the summary of a node', () => {
  const run = LiveRun.started(
    graph(['a', 'b', 'c', node('d', { type: 'defaults_text', retries: 1 }), 'e', 'f'], ['b -> c', 'e -> f']),
  );
  run.now = 40;
  run.succeed('a', { big: 'output' });
  run.fail('b', { message: 'no disk' });
  run.fail('d', { retryable: true, message: 'not yet' });

  it('tells how it ended and when', () => {
    expect(summaryOf(run, 'a')).toEqual({
      id: 'a',
      type: 'open',
      status: 'SUCCESS',
      attempts: 1,
      startedAt: 0,
      finishedAt: 40,
      error: null,
      skipReason: null,
      skipCauses: null,
    });
  });

  it('tells why it failed', () => {
    expect(summaryOf(run, 'b')).toMatchObject({ status: 'FAILED', error: { message: 'no disk' }, skipReason: null });
  });

  it('tells why it was skipped', () => {
    expect(summaryOf(run, 'c')).toMatchObject({
      status: 'SKIPPED',
      attempts: 0,
      startedAt: null,
      error: null,
      skipReason: 'upstream_failed',
      skipCauses: [{ from: 'b', on: 'success', reason: 'upstream_failed', root: 'b' }],
    });
  });

  it('tells what the last attempt failed of while it waits for the next', () => {
    expect(summaryOf(run, 'd')).toMatchObject({
      type: 'defaults_text',
      status: 'RETRYING',
      error: { message: 'not yet' },
      finishedAt: null,
    });
  });

  it('has no error to tell of while it waits after an interruption', () => {
    const stopped = LiveRun.started(graph(['a']));
    stopped.shutdown();
    expect(summaryOf(stopped, 'a')).toMatchObject({ status: 'RETRYING', error: null });
  });

  it('comes in spec order', () => {
    expect(summariseNodes(run.plan, run.state).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});
