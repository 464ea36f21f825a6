import { graph, node, settings } from '../../../test/support/graph-builder.js';
import { LiveRun } from '../../../test/support/live-run.js';
import type { NodeDefinition, RunSettings } from './graph-definition.js';
import type { AttemptFailure } from './run-input.js';

type Fields = Partial<Omit<NodeDefinition, 'id'>>;

const single = (fields: Fields = {}, given: Partial<RunSettings> = {}): LiveRun =>
  LiveRun.started(graph([node('a', fields)]), given);

/** Fails retryably until the node gives up; returns the waits in between. */
function failToTheEnd(run: LiveRun, failure: Partial<AttemptFailure> = {}, random = 0): number[] {
  const waits: number[] = [];
  while (run.statuses.a === 'RUNNING') {
    const [event] = run.fail('a', { retryable: true, ...failure }, random);
    if (event?.type !== 'node.retrying') break;
    waits.push(event.waitMs);
    run.tick(event.waitMs);
  }
  return waits;
}

describe('how often an attempt is made again', () => {
  it.each<[string, number, Fields, Partial<RunSettings>]>([
    ['not at all by default', 1, {}, {}],
    ['as the run says', 3, {}, { maxRetries: 2 }],
    ['as the retry override says', 2, { retry: { max: 1 } }, { maxRetries: 5 }],
    ['as the node says', 4, { retries: 3 }, { maxRetries: 1 }],
    ['never, as the node says', 1, { retries: 0 }, { maxRetries: 5 }],
  ])('%s', (_, attempts, fields, given) => {
    const run = single(fields, given);
    failToTheEnd(run);
    expect(run.record('a').attempts).toBe(attempts);
    expect(run.node('a')).toMatchObject({ status: 'FAILED', error: { type: 'Broken', attempts, retryable: true } });
  });

  it('is not at all when the error says that it cannot be retried', () => {
    const run = single({ retries: 5 });
    run.fail('a', { retryable: false });
    expect(run.node('a')).toMatchObject({ status: 'FAILED', error: { attempts: 1, retryable: false } });
  });

  it('is while `retry.on` holds', () => {
    const run = single({ retries: 9, retry: { on: 'error.status == 503 && error.attempt < 3' } });
    failToTheEnd(run, { details: { status: 503 } });
    expect(run.record('a').attempts).toBe(3);
  });

  it.each([
    ['is false', 'error.type == "Other"'],
    ['sees no status', 'error.status == 503'],
    ['is no boolean', 'error.message'],
    ['cannot be evaluated', 'error.nothing > 1'],
  ])('is not at all when `retry.on` %s', (_, on) => {
    const run = single({ retries: 9, retry: { on } });
    failToTheEnd(run);
    expect(run.record('a').attempts).toBe(1);
  });

  it('counts no attempt that was interrupted, nor does `error.attempt`', () => {
    const run = single({ retries: 1, retry: { on: 'error.attempt == 1' } })
      .crash()
      .crash();
    expect(run.record('a').attempts).toBe(3);
    failToTheEnd(run);
    expect(run.record('a').attempts).toBe(4);
    expect(run.node('a')).toMatchObject({ status: 'FAILED', error: { attempts: 4 } });
  });
});

describe('the wait before the next attempt', () => {
  it('grows as the settings of the run say', () => {
    const run = single({}, { maxRetries: 4, retryBaseSec: 1, retryFactor: 3, retryMaxDelaySec: 10 });
    expect(failToTheEnd(run)).toEqual([1_000, 3_000, 9_000, 10_000]);
  });

  it('grows as the node says instead', () => {
    const retry = { max: 3, baseSec: 0.1, factor: 2, maxDelaySec: 0.3, jitter: 'none' } as const;
    expect(failToTheEnd(single({ retry }, { retryJitter: 'full', retryBaseSec: 9 }))).toEqual([100, 200, 300]);
  });

  it('is jittered', () => {
    expect(failToTheEnd(single({ retries: 1 }, { retryJitter: 'equal' }), {}, 0)).toEqual([500]);
    expect(failToTheEnd(single({ retries: 1, retry: { jitter: 'full' } }), {}, 0.5)).toEqual([500]);
  });

  it('starts over from where it was after an interruption, which is no failed try', () => {
    const run = single({ retries: 2 }).crash();
    expect(failToTheEnd(run)).toEqual([1_000, 2_000]);
  });

  it('is in the journal with its end, so that a resumed run waits only what is left', () => {
    const run = single({ retries: 1 });
    run.now = 500;
    run.fail('a', { retryable: true });
    expect(run.eventsOf('node.retrying')).toEqual([
      expect.objectContaining({
        attempt: 1,
        waitMs: 1_000,
        dueAt: 1_500,
        error: expect.objectContaining({ type: 'Broken' }),
      }),
    ]);
    run.now = 1_200;
    const resumed = run.crash();
    expect(resumed.statuses.a).toBe('RETRYING');
    expect(resumed.deadline).toBe(1_500);
    resumed.tick(299);
    expect(resumed.statuses.a).toBe('RETRYING');
    resumed.tick(1);
    expect(resumed.statuses.a).toBe('RUNNING');
  });

  it('is not cut short by the end of an earlier wait, which a resumed run meets again in its journal', () => {
    const run = single({ retries: 2 });
    run.fail('a', { retryable: true });
    run.tick(1_000);
    run.fail('a', { retryable: true });
    const resumed = run.crash();
    expect(resumed.statuses.a).toBe('RETRYING');
    resumed.tick(1_999);
    expect(resumed.statuses.a).toBe('RETRYING');
    resumed.tick(1);
    expect(resumed.record('a')).toMatchObject({ attempts: 3, state: { status: 'RUNNING' } });
  });

  it('is over at once when it ended while nobody had the run', () => {
    const run = single({ retries: 1 });
    run.fail('a', { retryable: true });
    run.now = 60_000;
    expect(run.crash().statuses.a).toBe('RUNNING');
  });

  it('holds no slot', () => {
    const run = LiveRun.started(graph([node('a', { retries: 1 }), 'b']), { concurrency: 1 });
    run.fail('a', { retryable: true });
    expect(run.statuses).toEqual({ a: 'RETRYING', b: 'RUNNING' });
    run.tick(1_000);
    expect(run.statuses.a).toBe('RETRYING');
    run.succeed('b');
    expect(run.statuses.a).toBe('RUNNING');
  });
});

describe('Retry-After', () => {
  it('wins when it is longer than the backoff, without jitter', () => {
    const run = single({ retries: 1 }, { retryJitter: 'full' });
    expect(failToTheEnd(run, { retryAfterMs: 4_000 }, 0.9)).toEqual([4_000]);
  });

  it('loses when it is shorter', () => {
    expect(failToTheEnd(single({ retries: 1 }), { retryAfterMs: 10 })).toEqual([1_000]);
  });

  it('may be longer than the longest backoff', () => {
    expect(failToTheEnd(single({ retries: 1 }), { retryAfterMs: 900_000 })).toEqual([900_000]);
  });

  it('fails the node as rate_limited beyond its own cap', () => {
    const run = single({ retries: 3 });
    run.fail('a', { retryable: true, message: 'slow down', retryAfterMs: 900_001 });
    expect(run.node('a')).toMatchObject({
      status: 'FAILED',
      error: {
        type: 'rate_limited',
        message: 'asked to wait 901 s, more than the 900 s allowed: slow down',
        retryable: false,
        attempts: 1,
      },
    });
  });

  it('does not fail the node as rate_limited when no retry is left anyway', () => {
    const run = single();
    run.fail('a', { retryable: true, retryAfterMs: 900_001 });
    expect(run.node('a')).toMatchObject({ error: { type: 'Broken' } });
  });
});

describe('retry.total_sec', () => {
  const bounded = (totalSec: number): LiveRun => single({ retries: 9, retry: { totalSec } });

  it('fails an attempt that is still running, without a retry', () => {
    const run = bounded(5);
    expect(run.deadline).toBe(5_000);
    run.tick(5_000);
    expect(run.node('a')).toMatchObject({
      status: 'FAILED',
      error: {
        type: 'TimeoutError',
        message: 'the attempts of "a" may take 5 s in all',
        retryable: false,
        attempts: 1,
        details: { kind: 'total' },
      },
    });
  });

  it('counts from the first start, over attempts and waits', () => {
    const run = bounded(5);
    run.fail('a', { retryable: true });
    run.tick(1_000);
    run.fail('a', { retryable: true });
    run.tick(2_000);
    expect(run.record('a')).toMatchObject({ attempts: 3, startedAt: 0, state: { status: 'RUNNING' } });
    run.tick(2_000);
    expect(run.node('a')).toMatchObject({ status: 'FAILED', error: { attempts: 3, details: { kind: 'total' } } });
  });

  it('does not wait for a retry that would come too late, and says what the last attempt died of', () => {
    const run = bounded(1);
    run.fail('a', { retryable: true, message: 'no luck' });
    expect(run.node('a')).toMatchObject({
      status: 'FAILED',
      error: {
        type: 'TimeoutError',
        message: 'the attempts of "a" may take 1 s in all; the last attempt failed with Broken: no luck',
        details: { kind: 'total', last_error: { type: 'Broken', message: 'no luck' } },
      },
    });
  });

  it('ends an attempt that a crash interrupted, if it has passed by then', () => {
    const run = bounded(5);
    run.now = 9_000;
    expect(run.crash().node('a')).toMatchObject({ status: 'FAILED', error: { details: { kind: 'total' } } });
  });

  it('ends a wait that a crash prolonged', () => {
    const run = LiveRun.started(graph([node('a', { retries: 9, retry: { totalSec: 5 } }), 'b']), { concurrency: 1 });
    run.fail('a', { retryable: true });
    run.tick(5_000);
    expect(run.statuses).toEqual({ a: 'FAILED', b: 'RUNNING' });
  });

  it('means nothing any more once the node has ended', () => {
    const run = LiveRun.started(graph([node('a', { retry: { totalSec: 5 } }), 'b']));
    run.succeed('a');
    expect(run.tick(5_000)).toEqual([]);
    expect(run.deadline).toBeUndefined();
  });
});

describe('settings', () => {
  it('reach a resumed run from its journal, not from the environment', () => {
    const given = settings({ maxRetries: 2, retryBaseSec: 0.25, timeoutSec: 60 });
    expect(single({}, given).reloaded().state.settings).toEqual(given);
  });
});
