import { type JournalEntry, type JsonObject, epochMs } from '../../executor/core/index.js';
import { eventText } from './event-text.js';

const entry = (
  type: JournalEntry['type'],
  data: JsonObject | null = null,
  more: Partial<JournalEntry> = {},
): JournalEntry => ({
  seq: 1,
  ts: epochMs(5_000),
  type,
  lvl: 'info',
  msg: `message of ${type}`,
  nodeId: 'a',
  attempt: 1,
  progress: null,
  data,
  ...more,
});
const error = { type: 'HttpError', message: 'status 503', retryable: true, attempts: 1 };

describe('eventText', () => {
  it('says how long a node took since its first start', () => {
    expect(eventText(entry('node.succeeded', { output: 1 }), 4_988)).toBe('succeeded after 12 ms');
    expect(eventText(entry('node.failed', { error }), 3_000)).toBe('failed after 2 s: HttpError: status 503');
  });

  it('does not count the first attempt', () => {
    expect(eventText(entry('node.started'), 5_000)).toBe('started');
    expect(eventText(entry('node.started', null, { attempt: 2 }), 5_000)).toBe('attempt 2 started');
  });

  it('says where a success comes from that no attempt made', () => {
    expect(eventText(entry('node.reused', { output: 1, from_run: 'r_1' }), undefined)).toBe('reused from run r_1');
    expect(eventText(entry('node.reused', { output: 1, from_run: null }), undefined)).toBe(
      'takes the output that was given',
    );
  });

  it('says why a node is tried again and when', () => {
    const data = { error, wait_ms: 1_500, due_at: 6_500 };
    expect(eventText(entry('node.retrying', data), 4_000)).toBe(
      'attempt 1 failed, next in 1.5 s: HttpError: status 503',
    );
  });

  it('says why a node was skipped, and where the chain began', () => {
    const causes = [{ from: 'b', on: 'success', reason: 'upstream_failed', root: 'a' }];
    expect(eventText(entry('node.skipped', { skip_reason: 'upstream_failed', skip_causes: causes }), undefined)).toBe(
      'skipped: upstream_failed (success edge from b: upstream_failed, began at a)',
    );
  });

  it('shows three causes and counts the others', () => {
    const cause = { from: 'b', on: 'done', reason: 'cond_false', root: 'b' };
    const data = { skip_reason: 'cond_false', skip_causes: [cause, cause, cause, cause, cause] };
    expect(eventText(entry('node.skipped', data), undefined)).toMatch(
      /^skipped: cond_false \((done edge from b: cond_false, ){3}2 more\)$/,
    );
  });

  it('shows the percentage and the message of progress', () => {
    expect(eventText(entry('node.progress', { percent: 41.6, message: 'page 5' }), 4_000)).toBe('42 % page 5');
  });

  it('shows any other event by its message, safe for a terminal and not too long', () => {
    expect(eventText(entry('node.log', null, { msg: 'a\u001b[31m\nb' }), undefined)).toBe('a\\u001b[31m b');
    expect(eventText(entry('node.log', null, { msg: 'x'.repeat(500) }), undefined)).toBe(
      `${'x'.repeat(300)}… (200 more characters)`,
    );
  });
});
