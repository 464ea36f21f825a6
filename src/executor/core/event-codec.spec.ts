import { settings } from '../../../test/support/graph-builder.js';
import { CorruptJournalError, type RunError } from './errors.js';
import {
  decodeEntry,
  decodeRunError,
  encodeEvent,
  encodeEvents,
  encodeNodeError,
  encodeRunError,
} from './event-codec.js';
import { epochMs, graphId, runId } from './ids.js';
import type { JournalEntry } from './journal-entry.js';
import type { RunEvent } from './run-event.js';

const ts = epochMs(1_700_000_000_000);
const onNode = { ts, nodeId: 'a', attempt: 2 };
const error = { type: 'Broken', message: 'no disk', retryable: true, attempts: 2, details: { path: '/' } };
const queued: RunEvent = {
  type: 'run.queued',
  ts,
  graphId: graphId('g_1'),
  graphVersion: 3,
  input: { text: 'hi' },
  settings: settings({ timeoutSec: 60 }),
};

const events: readonly RunEvent[] = [
  queued,
  { ...queued, options: { concurrency: 2 } },
  {
    ...queued,
    retry: { retryOf: runId('r_2'), rootRunId: runId('r_1'), params: { a: { url: 'u' } }, skip: ['b'] },
  },
  {
    ...queued,
    retry: { retryOf: runId('r_2'), rootRunId: runId('r_1'), params: {}, skip: [], traceparent: '00-a-b-01' },
    trace: { traceparent: '00-a-c-01', tracestate: 'vendor=x' },
  },
  { type: 'node.reused', ...onNode, attempt: 0, output: { n: 1 }, fromRun: runId('r_1') },
  { type: 'node.reused', ...onNode, attempt: 0, output: null, fromRun: null },
  { type: 'run.started', ts },
  { type: 'run.recovered', ts, epoch: 2 },
  { type: 'run.cancel_requested', ts },
  { type: 'run.succeeded', ts, warnings: [] },
  { type: 'run.succeeded', ts, warnings: ['no_sink_reached'] },
  { type: 'run.failed', ts, error: { ...error, nodeId: 'a', error, firstCause: { nodeId: 'b', error } } },
  { type: 'run.failed', ts, error: { type: 'TimeoutError', message: 'too long', retryable: false, attempts: 0 } },
  { type: 'run.cancelled', ts },
  { type: 'node.started', ...onNode },
  { type: 'node.log', ...onNode, level: 'warn', message: 'careful', data: { n: 1 } },
  { type: 'node.log', ...onNode, level: 'debug', message: 'bare' },
  { type: 'node.progress', ...onNode, percent: 40, message: 'two of five' },
  { type: 'node.progress', ...onNode, percent: 40 },
  { type: 'node.retrying', ...onNode, error, waitMs: 1_500, dueAt: epochMs(ts + 1_500) },
  { type: 'node.interrupted', ...onNode, cause: 'crash' },
  { type: 'node.succeeded', ...onNode, output: null },
  { type: 'node.failed', ...onNode, error },
  {
    type: 'node.skipped',
    ...onNode,
    attempt: 0,
    reason: 'cond_false',
    causes: [{ from: 'b', on: 'done', reason: 'cond_false', root: 'b' }],
  },
  { type: 'node.cancelled', ...onNode, ended: 'abandoned' },
];

const throughStorage = (entry: JournalEntry): JournalEntry => JSON.parse(JSON.stringify(entry)) as JournalEntry;
const encode = (event: RunEvent): JournalEntry => throughStorage(encodeEvent(event, 7, null));

describe('a journal row', () => {
  it.each(events.map((event) => [event.type, event] as const))('gives its event back: %s', (_, event) => {
    expect(decodeEntry(encode(event))).toEqual(event);
  });

  it('says where and when it stands, what happened and to whom', () => {
    expect(encodeEvent({ type: 'node.interrupted', ...onNode, cause: 'crash' }, 7, 40)).toEqual({
      seq: 7,
      ts,
      type: 'node.interrupted',
      lvl: 'warn',
      msg: 'attempt 2 lost with its process (crash), will run again',
      nodeId: 'a',
      attempt: 2,
      progress: 40,
      data: { cause: 'crash' },
    });
  });

  it('speaks snake_case', () => {
    expect(encode(queued).data).toMatchObject({
      graph_id: 'g_1',
      graph_version: 3,
      settings: { max_retries: 0, on_failure: 'finish', retry_after_max_sec: 900, timeout_sec: 60 },
    });
    expect(encode(queued).data?.['settings']).not.toHaveProperty('expire_if_not_started_sec');
    const [retrying] = events.filter(({ type }) => type === 'node.retrying');
    expect(encode(retrying!).data).toMatchObject({ wait_ms: 1_500, due_at: ts + 1_500 });
  });
});

describe('a damaged row', () => {
  const damaged = (type: RunEvent['type'], over: Partial<JournalEntry>): (() => RunEvent) => {
    const event = events.find((candidate) => candidate.type === type);
    return () => decodeEntry({ ...encode(event!), ...over });
  };

  it.each<[RunEvent['type'], Partial<JournalEntry>, string]>([
    ['run.recovered', { data: null }, 'run.recovered at seq 7 has no data.epoch'],
    ['node.succeeded', { data: {} }, 'node.succeeded at seq 7 has no data.output'],
    ['node.failed', { data: {} }, 'node.failed at seq 7 has no data.error'],
    ['node.started', { nodeId: null }, 'node.started at seq 7 has no node_id or attempt'],
    ['node.started', { attempt: null }, 'node.started at seq 7 has no node_id or attempt'],
    [
      'run.queued',
      { data: { graph_id: 'g_1', graph_version: 1, input: 1, settings: [] } },
      'run.queued has no settings',
    ],
  ])('is refused, saying what is missing: %s %j', (type, over, message) => {
    expect(damaged(type, over)).toThrow(new CorruptJournalError(message));
  });

  it('is refused when its type is unknown, as after a return to an older release', () => {
    const newer = damaged('run.started', { type: 'run.waiting' as RunEvent['type'] });
    expect(newer).toThrow(
      new CorruptJournalError('the type of the entry at seq 7 is unknown, unless to a newer version: run.waiting'),
    );
  });
});

describe('a batch of events', () => {
  it('gets consecutive numbers, and progress wherever a node ends', () => {
    const batch: RunEvent[] = [
      { type: 'node.succeeded', ...onNode, output: 1 },
      { type: 'node.started', ...onNode, nodeId: 'b' },
      { type: 'node.failed', ...onNode, nodeId: 'b', error },
      { type: 'node.cancelled', ...onNode, nodeId: 'c', ended: 'failed' },
      { type: 'node.skipped', ...onNode, nodeId: 'd', reason: 'cond_false', causes: [] },
      { type: 'run.succeeded', ts, warnings: [] },
    ];
    const entries = encodeEvents(batch, { seq: 10, ended: 2, nodes: 6 });
    expect(entries.map(({ seq, progress }) => [seq, progress])).toEqual([
      [11, 50],
      [12, null],
      [13, 66],
      [14, 83],
      [15, 99],
      [16, 100],
    ]);
  });
});

describe('errors on the wire', () => {
  it('leave out what they do not have', () => {
    expect(encodeNodeError({ type: 'T', message: 'm', retryable: false, attempts: 0 })).toEqual({
      type: 'T',
      message: 'm',
      retryable: false,
      attempts: 0,
    });
  });

  it('survive the way there and back', () => {
    const runError: RunError = { ...error, nodeId: 'a', error, firstCause: { nodeId: 'b', error } };
    expect(encodeRunError(runError)).toMatchObject({ node_id: 'a', first_cause: { node_id: 'b', error } });
    expect(decodeRunError(encodeRunError(runError))).toEqual(runError);
    const bare: RunError = { type: 'TimeoutError', message: 'm', retryable: false, attempts: 0 };
    expect(decodeRunError(encodeRunError(bare))).toEqual(bare);
  });
});
