import {
  type RunEvent,
  type RunSettings,
  NODE_EVENT_TYPES,
  RUN_LEVEL_EVENT_TYPES,
  encodeEvent,
  encodeEvents,
  epochMs,
  graphId,
  runId,
} from '../../executor/core/index.js';
import { settings } from '../../../test/support/graph-builder.js';
import { logEntrySchema } from './event.schemas.js';
import { toLogDto } from './to-run-dto.js';

const ts = epochMs(1_795_428_000_004);
const node = { ts, nodeId: 'a', attempt: 1 };
const error = { type: 'HttpError', message: 'no', retryable: true, attempts: 1, details: { status: 503 } };
const given: RunSettings = settings({ timeoutSec: 60, expireIfNotStartedSec: 5 });

const QUEUED: RunEvent = {
  type: 'run.queued',
  ts,
  graphId: graphId('g_01jd9x3k5r7s8t9v0w1x2y3z4a'),
  graphVersion: 2,
  input: [1],
  settings: given,
};

const REF = { artifact: '$output.a.1.json', bytes: 2_000_000, sha256: 'ab' };

/** Every type, with all that it can carry and with as little as it can. */
const EVENTS: readonly RunEvent[] = [
  QUEUED,
  {
    ...QUEUED,
    options: { concurrency: 1 },
    retry: { retryOf: runId('r_2'), rootRunId: runId('r_1'), params: { a: { x: 1 } }, skip: ['b'] },
  },
  {
    ...QUEUED,
    retry: { retryOf: runId('r_2'), rootRunId: runId('r_1'), params: {}, skip: [], traceparent: '00-a-b-01' },
    trace: { traceparent: '00-a-c-01', tracestate: 'vendor=x' },
  },
  { ...QUEUED, trace: { traceparent: '00-a-c-00' } },
  { type: 'node.reused', ...node, attempt: 0, output: null, fromRun: runId('r_1') },
  { type: 'node.reused', ...node, attempt: 0, output: [1], fromRun: null },
  { type: 'node.reused', ...node, attempt: 0, output: [1], ref: REF, fromRun: null },
  { type: 'run.started', ts },
  { type: 'run.recovered', ts, epoch: 1 },
  { type: 'run.cancel_requested', ts },
  { type: 'run.succeeded', ts, warnings: [] },
  { type: 'run.succeeded', ts, warnings: ['no_sink_reached'] },
  { type: 'run.failed', ts, error },
  {
    type: 'run.failed',
    ts,
    error: { ...error, nodeId: 'a', error, firstCause: { nodeId: 'b', error: { ...error, details: undefined } } },
  },
  { type: 'run.cancelled', ts },
  { type: 'node.started', ...node },
  { type: 'node.log', ...node, level: 'debug', message: 'plain' },
  { type: 'node.log', ...node, level: 'error', message: 'with data', data: { rows: [1, null] } },
  { type: 'node.progress', ...node, percent: 12.5 },
  { type: 'node.progress', ...node, percent: 50, message: 'half' },
  { type: 'node.retrying', ...node, error, waitMs: 812, dueAt: epochMs(ts + 812) },
  { type: 'node.interrupted', ...node, cause: 'crash' },
  { type: 'node.succeeded', ...node, output: { x: null } },
  { type: 'node.succeeded', ...node, output: null },
  { type: 'node.succeeded', ...node, output: 'large', ref: REF },
  { type: 'node.failed', ...node, error },
  {
    type: 'node.skipped',
    ts,
    nodeId: 'a',
    attempt: 0,
    reason: 'upstream_failed',
    causes: [{ from: 'b', on: 'success', reason: 'upstream_failed', root: 'b' }],
  },
  { type: 'node.cancelled', ...node, ended: 'abandoned' },
];

/** As they are written: the first entry of a run by whoever starts it, the others by its session. */
const QUEUED_EVENTS = EVENTS.filter(({ type }) => type === 'run.queued');
const LATER_EVENTS = EVENTS.filter(({ type }) => type !== 'run.queued');
const entries = [
  ...QUEUED_EVENTS.map((event) => encodeEvent(event, 1, 0)),
  ...encodeEvents(LATER_EVENTS, { seq: 1, ended: 0, nodes: 10 }),
].map(toLogDto);

describe('LogEntry', () => {
  it.each(entries.map((entry) => [entry['type'], entry] as const))('documents every field of %s', (_type, entry) => {
    // What a schema does not name is left out of what it yields.
    expect(logEntrySchema.parse(entry)).toEqual(entry);
  });

  it('has a schema for every type of event', () => {
    const types = new Set(EVENTS.map(({ type }) => type));
    expect([...types].sort()).toEqual([...RUN_LEVEL_EVENT_TYPES, ...NODE_EVENT_TYPES].sort());
    expect(logEntrySchema.options.map(({ shape }) => shape.type.value).sort()).toEqual([...types].sort());
  });

  it('refuses the fields of another type', () => {
    const failed = entries.find((entry) => entry['type'] === 'node.failed');
    expect(logEntrySchema.safeParse({ ...failed, type: 'node.skipped' }).success).toBe(false);
  });
});
