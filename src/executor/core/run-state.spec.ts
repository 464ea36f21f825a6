import { graph, node } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';
import { type Phase, isFailing, phaseOf } from './run-state.js';

const definition = graph(['a', 'b', node('report', { join: 'settled' })], ['b -> report']);

describe('the phase of a run', () => {
  it.each<[Phase, 'finish' | 'stop' | 'cancel']>([
    ['normal', 'finish'],
    ['stopping', 'stop'],
    ['stopping', 'cancel'],
  ])('is %s after a failure with on_failure: %s', (phase, onFailure) => {
    const run = LiveRun.started(definition, { onFailure });
    expect([phaseOf(run.state), isFailing(run.state)]).toEqual(['normal', false]);
    run.fail('a');
    expect([phaseOf(run.state), isFailing(run.state)]).toEqual([phase, true]);
  });

  it('is expired once a clock ran out', () => {
    const run = LiveRun.started(definition, { timeoutSec: 1 });
    run.tick(1_000);
    expect([phaseOf(run.state), isFailing(run.state)]).toEqual(['expired', true]);
  });

  it('is cancelling from the request on, whatever else happened', () => {
    const run = LiveRun.started(definition, { onFailure: 'stop' });
    run.fail('a');
    run.cancel();
    expect(phaseOf(run.state)).toBe('cancelling');
  });
});
