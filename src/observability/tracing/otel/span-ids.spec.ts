import { runId } from '../../../executor/core/index.js';
import { SpanIds, idsOfAttempt, idsOfRun } from './span-ids.js';

const RUN = runId('r_01jd9x3k5r7s8t9v0w1x2y3z4a');

describe('the ids of spans', () => {
  it('of a run and its attempts are the same in every process, and differ among each other', () => {
    expect(idsOfRun(RUN)).toEqual({ traceId: expect.stringMatching(/^[0-9a-f]{32}$/), spanId: expect.any(String) });
    expect(idsOfRun(RUN)).toEqual(idsOfRun(RUN));
    const spans = [
      idsOfRun(RUN),
      idsOfAttempt(RUN, 'a', 1),
      idsOfAttempt(RUN, 'a', 2),
      idsOfAttempt(RUN, 'b', 1),
      idsOfAttempt(runId('r_other'), 'a', 1),
    ].map(({ spanId }) => spanId);
    expect(new Set(spans).size).toBe(spans.length);
    expect(spans.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
  });

  it('are random unless they are planned, for one span', () => {
    const ids = new SpanIds();
    const planned = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    ids.plan(planned, () => {
      expect([ids.generateTraceId(), ids.generateSpanId()]).toEqual([planned.traceId, planned.spanId]);
    });
    expect(ids.generateSpanId()).not.toBe(planned.spanId);
    expect(ids.generateSpanId()).not.toBe(ids.generateSpanId());
    expect(ids.generateTraceId()).not.toBe(planned.traceId);
  });
});
