import { CallCounter } from '../../support/call-counter.js';
import { FlakyServer } from '../../support/flaky-server.js';
import { waitFor } from '../../support/wait-for.js';
import { echo, edge, failing, graph } from './graphs.js';
import { useRuns } from './use-runs.js';

const quick = { base_sec: 0.01, jitter: 'none' };

describe('Attempts, retries, time-outs', () => {
  const runs = useRuns();
  let server: FlakyServer;
  let counter: CallCounter;

  beforeEach(async () => {
    server = await FlakyServer.start();
    counter = await CallCounter.start();
  });

  afterEach(async () => {
    await server.stop();
    await counter.stop();
  });

  const fetches = (fields: Readonly<Record<string, unknown>> = {}, url = server.url) => ({
    id: 'f',
    type: 'agent.fetch',
    params: { url },
    ...fields,
  });

  it('retries after a wait that is in the journal, at most retries times after the first attempt', async () => {
    server.answers(503, 503, 200);
    const run = await runs.finish(
      graph([fetches({ retries: 2, retry: { base_sec: 0.02, factor: 3, jitter: 'none' } })]),
    );
    expect(run.node('f')).toMatchObject({ status: 'SUCCESS', attempts: 3 });
    const waits = run.log.filter((entry) => entry.type === 'node.retrying').map((entry) => entry.data?.['wait_ms']);
    expect(waits).toEqual([20, 60]);
  });

  it('fails with the last error once the retries are used up', async () => {
    server.answers(500);
    const run = await runs.finish(graph([fetches({ retry: { max: 1, ...quick } })]));
    expect(run.node('f')).toMatchObject({
      status: 'FAILED',
      attempts: 2,
      error: { type: 'HttpError', attempts: 2, retryable: true, details: { status: 500 } },
    });
    expect(server.requests).toHaveLength(2);
  });

  it.each([404, 400, 401])('does not retry HTTP %i', async (status) => {
    server.answers(status);
    const run = await runs.finish(graph([fetches({ retries: 3, retry: quick })]));
    expect(run.node('f')).toMatchObject({ status: 'FAILED', attempts: 1, error: { retryable: false } });
  });

  it('waits as long as Retry-After says when that is longer, and fails as rate_limited beyond the cap', async () => {
    server.answersWith({ status: 429, headers: { 'Retry-After': '1' } }, { status: 200 });
    const waited = await runs.finish(graph([fetches({ retries: 1, retry: quick })]));
    expect(waited.log.find((entry) => entry.type === 'node.retrying')?.data).toMatchObject({ wait_ms: 1_000 });
    server.answersWith({ status: 429, headers: { 'Retry-After': '86400' } });
    const limited = await runs.finish(graph([fetches({ retries: 1, retry: quick })]));
    expect(limited.node('f')).toMatchObject({ status: 'FAILED', attempts: 1, error: { type: 'rate_limited' } });
  });

  it('retries only while retry.on holds', async () => {
    server.answers(503, 500);
    const run = await runs.finish(
      graph([fetches({ retry: { max: 5, ...quick, on: 'error.status == 503 && error.attempt < 3' } })]),
    );
    expect(run.node('f')).toMatchObject({ status: 'FAILED', attempts: 2, error: { details: { status: 500 } } });
  });

  it('gives every attempt the same idempotency key', async () => {
    server.answers(503, 200);
    const post = {
      ...fetches({ retry: { max: 1, ...quick } }),
      params: { url: server.url, method: 'POST', json: { a: 1 } },
    };
    const run = await runs.finish(graph([post]));
    const keys = server.requests.map((request) => request.headers['idempotency-key']);
    expect(keys).toEqual([`${run.body.run_id}:f`, `${run.body.run_id}:f`]);
  });

  it('bounds one attempt by timeout_sec, as a TimeoutError of kind attempt that is retried', async () => {
    counter.shut();
    const run = await runs.finish(graph([fetches({ timeout_sec: 0.05, retry: { max: 1, ...quick } }, counter.url)]));
    expect(run.node('f')).toMatchObject({
      status: 'FAILED',
      attempts: 2,
      error: { type: 'TimeoutError', details: { kind: 'attempt' } },
    });
  });

  it('bounds silence by idle_timeout_sec', async () => {
    counter.shut();
    const run = await runs.finish(graph([fetches({ idle_timeout_sec: 0.05, retries: 0 }, counter.url)]));
    expect(run.node('f')).toMatchObject({ error: { type: 'TimeoutError', details: { kind: 'idle' } } });
  });

  it('bounds all attempts by retry.total_sec, and does not wait for a retry that would come too late', async () => {
    server.answers(503);
    const run = await runs.finish(graph([fetches({ retry: { max: 9, base_sec: 5, jitter: 'none', total_sec: 1 } })]));
    expect(run.node('f')).toMatchObject({ attempts: 1, error: { type: 'TimeoutError', details: { kind: 'total' } } });
  });

  it('bounds the run by options.timeout_sec: what runs fails, the rest is skipped', async () => {
    counter.shut();
    const body = graph(
      [fetches({}, counter.url), echo('after'), echo('s', {}, { join: 'settled' })],
      [edge('f', 'after'), edge('f', 's')],
      {
        options: { timeout_sec: 0.1 },
      },
    );
    const run = await runs.finish(body);
    expect(run.body).toMatchObject({ status: 'FAILED', error: { type: 'TimeoutError', details: { kind: 'run' } } });
    expect(run.statuses()).toEqual({ f: 'FAILED', after: 'SKIPPED', s: 'SKIPPED' });
  });

  it('lets an agent that only waits run on, unless its node has a time-out', async () => {
    const delay = (seconds: number, fields = {}) => ({ id: 'd', type: 'agent.delay', params: { seconds }, ...fields });
    const options = { default_timeout_sec: 0.05 };
    expect((await runs.finish(graph([delay(0.2)], [], { options }))).status('d')).toBe('SUCCESS');
    const bounded = await runs.finish(graph([delay(5, { timeout_sec: 0.05, retries: 0 })]));
    expect(bounded.node('d')).toMatchObject({ error: { type: 'TimeoutError' } });
  });

  it('starts ready nodes first in, first out, and those of one event in spec order', async () => {
    const ids = ['n1', 'n2', 'n3', 'n4', 'n5'];
    const body = graph(
      [echo('a'), ...ids.map((id) => echo(id))],
      ids.map((id) => edge('a', id)),
      { options: { concurrency: 2 } },
    );
    const run = await runs.finish(body);
    expect(run.log.filter((entry) => entry.type === 'node.started').map((entry) => entry.node_id)).toEqual([
      'a',
      ...ids,
    ]);
  });

  it('never runs more attempts at once than options.concurrency', async () => {
    counter.shut();
    const ids = ['n1', 'n2', 'n3', 'n4'];
    const nodes = ids.map((id) => ({ id, type: 'agent.fetch', params: { url: `${counter.url}/${id}` } }));
    const started = await runs.start(graph(nodes, [], { options: { concurrency: 3 } }));
    await waitFor('three calls', () => counter.calls.length === 3);
    const live = await runs.get(started);
    expect(Object.values(live.statuses()).sort()).toEqual(['PENDING', 'RUNNING', 'RUNNING', 'RUNNING']);
    counter.open();
    expect((await runs.ended(started)).body.status).toBe('SUCCESS');
  });

  it('frees the slot of a waiting retry', async () => {
    server.answers(503, 200);
    const flaky = fetches({ retry: { max: 1, base_sec: 0.2, jitter: 'none' } });
    const run = await runs.finish(graph([flaky, echo('other')], [], { options: { concurrency: 1 } }));
    const order = run.log.filter((entry) => entry.type === 'node.started').map((entry) => entry.node_id);
    expect(order).toEqual(['f', 'other', 'f']);
  });
});

describe('After an unhandled failure', () => {
  const runs = useRuns();
  let counter: CallCounter;

  beforeEach(async () => {
    counter = await CallCounter.start();
  });

  afterEach(async () => {
    await counter.stop();
  });

  /** `f` fails while `slow` runs; `next` follows `slow`, `below` follows `f`, `s` settles both. */
  const body = (onFailure: string) =>
    graph(
      [
        { id: 'slow', type: 'agent.fetch', params: { url: counter.url } },
        { id: 'wait', type: 'agent.fetch', params: { url: `${counter.url}/wait` } },
        failing('f'),
        echo('next'),
        echo('below'),
        echo('s', {}, { join: 'settled' }),
      ],
      [edge('wait', 'f'), edge('slow', 'next'), edge('f', 'below'), edge('slow', 's'), edge('f', 's')],
      { options: { on_failure: onFailure, concurrency: 5 } },
    );

  const failWhileSlowRuns = async (onFailure: string) => {
    counter.shut('/');
    const id = await runs.start(body(onFailure));
    await waitFor('the failure', async () => (await runs.get(id)).status('f') === 'FAILED');
    return id;
  };

  it('finish runs everything that still can', async () => {
    const id = await failWhileSlowRuns('finish');
    counter.open();
    const run = await runs.ended(id);
    expect(run.statuses()).toEqual({
      slow: 'SUCCESS',
      wait: 'SUCCESS',
      f: 'FAILED',
      next: 'SUCCESS',
      below: 'SKIPPED',
      s: 'SUCCESS',
    });
    expect(run.body.status).toBe('FAILED');
  });

  it('stop lets running attempts end and starts nothing more but settled nodes', async () => {
    const id = await failWhileSlowRuns('stop');
    counter.open();
    const run = await runs.ended(id);
    expect(run.node('slow').status).toBe('SUCCESS');
    expect(run.node('next')).toMatchObject({ status: 'SKIPPED', skip_reason: 'run_failing' });
    expect(run.node('below')).toMatchObject({ status: 'SKIPPED', skip_reason: 'upstream_failed' });
    expect(run.node('s').status).toBe('SUCCESS');
  });

  it('cancel also aborts what runs', async () => {
    const id = await failWhileSlowRuns('cancel');
    const run = await runs.ended(id);
    expect(run.node('slow').status).toBe('CANCELLED');
    expect(run.node('next')).toMatchObject({ status: 'SKIPPED', skip_reason: 'run_failing' });
    expect(run.node('s').status).toBe('SUCCESS');
    expect(run.body.status).toBe('FAILED');
  });
});
