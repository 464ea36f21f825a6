import { CallCounter } from '../../support/call-counter.js';
import { waitFor } from '../../support/wait-for.js';
import { echo, edge, failing, graph } from './graphs.js';
import { useRuns } from './use-runs.js';

describe('Cancel', () => {
  const runs = useRuns({ EXECUTION__MAX_CONCURRENT_RUNS: '1', EXECUTION__CANCEL_GRACE_SEC: '5' });
  let counter: CallCounter;

  beforeEach(async () => {
    counter = await CallCounter.start();
    counter.shut();
  });

  afterEach(async () => {
    await counter.stop();
  });

  const held = (fields = {}) => ({ id: 'held', type: 'agent.fetch', params: { url: counter.url }, ...fields });

  const startHeld = async (nodes = [held(), echo('after')], edges = [edge('held', 'after')]): Promise<string> => {
    const id = await runs.start(graph(nodes, edges));
    await waitFor('the agent to call', () => counter.calls.length > 0);
    return id;
  };

  it('aborts what runs, skips the rest and ends CANCELLED', async () => {
    const id = await startHeld();
    expect(await runs.cancel(id)).toMatchObject({ status: 202, body: { ok: true, run_id: id } });
    const run = await runs.ended(id);
    expect(run.body).toMatchObject({ status: 'CANCELLED', error: null, result: null });
    expect(run.body.progress).toBeLessThan(100);
    expect(run.node('held').status).toBe('CANCELLED');
    expect(run.node('after')).toMatchObject({ status: 'SKIPPED', skip_reason: 'run_cancelled' });
    const types = run.log.map((entry) => entry.type);
    expect(types.indexOf('run.cancel_requested')).toBeLessThan(types.indexOf('node.cancelled'));
  });

  it('can be repeated: 200 once CANCELLED', async () => {
    const id = await startHeld();
    await runs.cancel(id);
    await runs.ended(id);
    expect(await runs.cancel(id)).toMatchObject({ status: 200, body: { ok: true, status: 'CANCELLED' } });
  });

  it('cancels a pending run at once', async () => {
    const first = await startHeld();
    const pending = await runs.start(graph([echo('a')]));
    expect((await runs.get(pending)).body.status).toBe('PENDING');
    expect(await runs.cancel(pending)).toMatchObject({ status: 202, body: { status: 'CANCELLED' } });
    const run = await runs.get(pending);
    expect(run.body).toMatchObject({ status: 'CANCELLED', started_at: null });
    expect(run.node('a').skip_reason).toBe('run_cancelled');
    await runs.cancel(first);
    await runs.ended(first);
  });

  it.each([
    ['SUCCESS', echo('a')],
    ['FAILED', failing('a')],
  ])('answers 409 with the status when the run is %s', async (status, node) => {
    const run = await runs.finish(graph([node]));
    expect(await runs.cancel(run.body.run_id)).toMatchObject({
      status: 409,
      body: { type: '/problems/run-finished', detail: expect.stringContaining(status) },
    });
  });

  it('runs a settled node with always_on_cancel after the grace, and no other', async () => {
    const settled = { join: 'settled' };
    const id = await startHeld(
      [held(), echo('cleanup', {}, { ...settled, always_on_cancel: true }), echo('other', {}, settled)],
      [edge('held', 'cleanup'), edge('held', 'other')],
    );
    await runs.cancel(id);
    const run = await runs.ended(id);
    expect(run.statuses()).toEqual({ held: 'CANCELLED', cleanup: 'SUCCESS', other: 'SKIPPED' });
    expect(run.body.status).toBe('CANCELLED');
  });

  it('expires a run that was not started in time', async () => {
    const first = await startHeld();
    const id = await runs.start(graph([echo('a')], [], { options: { expire_if_not_started_sec: 0.05 } }));
    const run = await runs.ended(id);
    expect(run.body).toMatchObject({ status: 'FAILED', error: { type: 'TimeoutError', details: { kind: 'queue' } } });
    expect(run.node('a').status).toBe('SKIPPED');
    await runs.cancel(first);
    await runs.ended(first);
  });
});
