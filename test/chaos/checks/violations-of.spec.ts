import { createHash } from 'node:crypto';
import type { AgentCall } from '../support/agent-server.js';
import type { EventRow, Evidence, FileRow, RunAnswer, RunRow } from '../support/evidence.js';
import type { HistoryLine } from '../support/history.js';
import type { ExpectedEnd } from '../support/mixed-graphs.js';
import { violationsOf } from './violations-of.js';

const RUN = 'r_1';
const CASE = '0-1';
const START: Extract<HistoryLine, { kind: 'sent' }> = {
  kind: 'sent',
  at: 1_000,
  call: 1,
  method: 'POST',
  path: '/runs',
  key: 'run-0-1',
  body: { graph_id: 'g_1', labels: { case: CASE } },
};
const STARTED: Extract<HistoryLine, { kind: 'answered' }> = {
  kind: 'answered',
  at: 1_001,
  call: 1,
  status: 202,
  headers: {},
  body: { run_id: RUN, status: 'PENDING' },
};

const event = (seq: number, type: string, fields: Partial<EventRow> = {}): EventRow => ({
  run_id: RUN,
  seq,
  ts: 1_000 + seq * 10,
  type,
  node_id: type.startsWith('node.') ? 'a' : null,
  attempt: type.startsWith('node.') ? 1 : null,
  progress: null,
  data: null,
  ...fields,
});

/** Node `a` is cut off by a crash, runs again and succeeds; `b` sees its answer. */
const JOURNAL: readonly EventRow[] = [
  event(1, 'run.queued', { progress: 0 }),
  event(2, 'run.started'),
  event(3, 'node.started'),
  event(4, 'run.recovered', { data: { epoch: 2 } }),
  event(5, 'node.interrupted', { data: { cause: 'crash' } }),
  event(6, 'node.started', { attempt: 2 }),
  event(7, 'node.succeeded', { attempt: 2, progress: 50, data: { output: { json: { v: 1, ordinal: 2 } } } }),
  event(8, 'node.started', { node_id: 'b' }),
  event(9, 'node.succeeded', { node_id: 'b', progress: 99, data: { output: { json: { v: 5, ordinal: 3 } } } }),
  event(10, 'run.succeeded', { progress: 100 }),
];
const ROW: RunRow = {
  run_id: RUN,
  status: 'SUCCESS',
  progress: 100,
  last_seq: 10,
  epoch: 2,
  labels: { case: CASE, round: '0' },
  finished_at: 1_100,
};
const ANSWER: RunAnswer = {
  run_id: RUN,
  status: 'SUCCESS',
  progress: 100,
  result: { outputs: { b: { v: 5 } } },
  nodes: [
    { id: 'a', status: 'SUCCESS' },
    { id: 'b', status: 'SUCCESS' },
  ],
};
const EXPECTED: ExpectedEnd = {
  status: 'SUCCESS',
  nodes: { a: 'SUCCESS', b: 'SUCCESS' },
  outputs: { b: { v: 5 } },
  failures: { a: 0, b: 0 },
};

const call = (ordinal: number, node: string, at: number, fields: Partial<AgentCall> = {}): AgentCall => ({
  at,
  ordinal,
  runId: RUN,
  node,
  key: `${RUN}:${node}`,
  saw: [],
  ...fields,
});
const CALLS: readonly AgentCall[] = [
  call(1, 'a', 1_031),
  call(2, 'a', 1_061),
  call(3, 'b', 1_081, { saw: [{ node: 'a', ordinal: 2 }] }),
];

const BODY = Buffer.from(JSON.stringify({ json: { v: 1, ordinal: 2 } }));
const SHA256 = createHash('sha256').update(BODY).digest('hex');
const FILE: FileRow = { run_id: RUN, name: '$output.a.2.json', bytes: BODY.length, sha256: SHA256, body: BODY };
const REF = { artifact: FILE.name, bytes: FILE.bytes, sha256: SHA256 };

const SOUND: Evidence = {
  history: [START, STARTED],
  calls: CALLS,
  runs: [ROW],
  events: JOURNAL,
  files: [],
  answers: [ANSWER],
  expected: new Map([[CASE, EXPECTED]]),
};

const replaced = (seq: number, fields: Partial<EventRow>): EventRow[] =>
  JOURNAL.map((row) => (row.seq === seq ? { ...row, ...fields } : row));

/** The output of `a` is kept in a file. */
const large = (files: readonly FileRow[], ref: object = REF): Partial<Evidence> => ({
  events: replaced(7, { data: { output_ref: ref } }),
  files,
});

/** A journal whose end says `type`, with a row and an answer that agree. */
const ended = (type: string, status: string): Partial<Evidence> => ({
  events: replaced(10, { type, progress: null }),
  runs: [{ ...ROW, status, progress: 99 }],
  answers: [{ ...ANSWER, status, progress: 99 }],
});

/** One more exchange in the history. */
const also = (question: Partial<typeof START>, answer?: Partial<typeof STARTED>): HistoryLine[] => [
  START,
  STARTED,
  { ...START, at: 1_050, call: 2, ...question },
  ...(answer === undefined ? [] : [{ ...STARTED, at: 1_051, call: 2, ...answer }]),
];
const cancelled = (answer: Partial<typeof STARTED>): HistoryLine[] =>
  also({ path: `/runs/${RUN}/cancel`, key: undefined, body: undefined }, answer);
const REPLAYED = { 'idempotency-replayed': 'true' };

describe('the checker', () => {
  it('finds nothing wrong with a run that a crash interrupted', () => {
    expect(violationsOf(SOUND)).toEqual([]);
  });

  it('accepts what may happen: a broken connection, a replayed answer, a refusal that says when to come again', () => {
    expect(violationsOf({ ...SOUND, history: also({}) })).toEqual([]);
    expect(violationsOf({ ...SOUND, history: also({}, { headers: REPLAYED }) })).toEqual([]);
    const refusal = { status: 503, headers: { 'retry-after': '2' }, body: { type: '/problems/storage-unavailable' } };
    expect(violationsOf({ ...SOUND, history: also({}, refusal) })).toEqual([]);
  });

  it('accepts an output that is kept in a file, and files that are no outputs', () => {
    const chart = { ...FILE, name: 'chart.svg', sha256: '' };
    expect(violationsOf({ ...SOUND, ...large([FILE, chart]) })).toEqual([]);
  });

  it('accepts a start that is stored although nobody could tell', () => {
    const detail = 'the connection was lost: whether the request was carried out is not known; ask, or repeat it';
    const body = { type: '/problems/storage-unavailable', detail };
    const unknown = { ...STARTED, status: 503, headers: { 'retry-after': '2' }, body };
    expect(violationsOf({ ...SOUND, history: [START, unknown] })).toEqual([]);
  });

  it('accepts a cancelled run whose client was told so', () => {
    const accepted = cancelled({ body: { ok: true, run_id: RUN, status: 'RUNNING' } });
    expect(violationsOf({ ...SOUND, ...ended('run.cancelled', 'CANCELLED'), history: accepted })).toEqual([]);
  });

  it.each<[string, Partial<Evidence>, RegExp]>([
    ['a lost run', { runs: [], events: [], answers: [] }, /run r_1: answered 202, but it is not stored/],
    ['two runs for one start', { runs: [ROW, { ...ROW }] }, /case 0-1: 2 runs for one start/],
    ['a run that nobody asked for', { history: [] }, /case 0-1: nobody asked for it/],
    [
      'a refused start that is stored',
      {
        history: [START, { ...STARTED, status: 503, headers: { 'retry-after': '1' }, body: { type: '/problems/x' } }],
      },
      /case 0-1: every request was refused, but it is stored/,
    ],
    [
      'another answer to the same key',
      { history: also({}, { headers: REPLAYED, body: { run_id: RUN, status: 'RUNNING' } }) },
      /key run-0-1: call 2 was answered otherwise than call 1/,
    ],
    ['an unmarked replay', { history: also({}, {}) }, /key run-0-1: call 2 was not told/],
    ['a 500', { history: also({}, { status: 500, body: {} }) }, /POST \/runs \(call 2\): answered 500/],
    [
      'a 503 without Retry-After',
      { history: also({}, { status: 503, body: { type: '/problems/x' } }) },
      /503 without Retry-After/,
    ],
    [
      'a 503 without a problem',
      { history: also({}, { status: 503, headers: { 'retry-after': '1' }, body: {} }) },
      /503 without a problem/,
    ],
    ['a gap', { events: JOURNAL.filter(({ seq }) => seq !== 4) }, /seq 5 stands where 4 belongs/],
    ['a journal without its beginning', { events: replaced(1, { type: 'run.started' }) }, /does not begin/],
    [
      'an event after the end',
      { events: [...JOURNAL, event(11, 'node.log')], runs: [{ ...ROW, last_seq: 11 }] },
      /node.log at seq 11 came after run.succeeded/,
    ],
    [
      'two ends',
      { events: [...JOURNAL, event(11, 'run.failed')], runs: [{ ...ROW, last_seq: 11 }] },
      /it ended 2 times: run.succeeded, run.failed/,
    ],
    ['a run that never ended', { events: JOURNAL.slice(0, 9), runs: [{ ...ROW, last_seq: 9 }] }, /it never ended/],
    [
      'a row that disagrees on the status',
      { runs: [{ ...ROW, status: 'FAILED' }] },
      /the row says FAILED, the journal SUCCESS/,
    ],
    ['an end that only the row knows', { events: replaced(10, { type: 'node.log' }) }, /the journal has no end/],
    [
      'a row that disagrees on the length',
      { runs: [{ ...ROW, last_seq: 9 }] },
      /the row ends at seq 9, the journal at 10/,
    ],
    ['a success short of 100 %', { runs: [{ ...ROW, progress: 99 }] }, /SUCCESS at 99 %/],
    ['an end without its time', { runs: [{ ...ROW, finished_at: null }] }, /without the time of its end/],
    ['falling progress', { events: replaced(9, { progress: 40 }) }, /its progress falls/],
    [
      'epochs that do not rise',
      { events: replaced(2, { type: 'run.recovered', data: { epoch: 2 } }) },
      /its epochs do not rise: 2, 2/,
    ],
    ['an API that disagrees', { answers: [{ ...ANSWER, status: 'RUNNING' }] }, /the API says RUNNING at 100 %/],
    [
      'a second attempt beside the first',
      { events: replaced(5, { type: 'node.log' }) },
      /began at seq 6 while attempt 1/,
    ],
    [
      'an attempt with the wrong number',
      { events: replaced(6, { attempt: 1 }) },
      /attempt 1 began at seq 6 where 2 was next/,
    ],
    [
      'a node that goes on after its end',
      { events: replaced(8, { node_id: 'a', attempt: 3 }) },
      /node.started at seq 8 came after node.succeeded/,
    ],
    ['an interruption of nothing', { events: replaced(3, { type: 'node.log' }) }, /was not under way was interrupted/],
    ['a call without an attempt', { calls: [...CALLS, call(4, 'b', 1_082)] }, /node b: 2 calls for 1 attempts/],
    [
      'a call after the success was stored',
      { calls: [call(1, 'a', 1_031), call(2, 'a', 2_000), ...CALLS.slice(2)] },
      /call 2 came after its success was stored/,
    ],
    [
      'a call with a foreign key',
      { calls: [call(1, 'a', 1_031, { key: 'r_2:a' }), ...CALLS.slice(1)] },
      /came with the key r_2:a/,
    ],
    [
      'a call that saw what is not stored',
      { calls: [...CALLS.slice(0, 2), call(3, 'b', 1_081, { saw: [{ node: 'a', ordinal: 1 }] })] },
      /node b: it saw answer 1 of a/,
    ],
    ['a reference that dangles', large([]), /node.succeeded at seq 7 refers to \$output.a.2.json, which is not stored/],
    ['an output that was changed', large([{ ...FILE, body: Buffer.from('{}') }]), /which has another content/],
    ['a reference with a wrong length', large([FILE], { ...REF, bytes: 1 }), /which has another length/],
    ['an output that no journal refers to', { files: [FILE] }, /nothing refers to its file \$output.a.2.json/],
    [
      'a call that saw what a file does not hold',
      {
        ...large([FILE]),
        calls: [...CALLS.slice(0, 2), call(3, 'b', 1_081, { saw: [{ node: 'a', ordinal: 1 }] })],
      },
      /node b: it saw answer 1 of a/,
    ],
    [
      'an accepted cancel that did not happen',
      { history: cancelled({ status: 202 }) },
      /cancel \(call 2\) was answered 202, but it ended SUCCESS/,
    ],
    [
      'a refused cancel with the wrong status',
      { history: cancelled({ status: 409, body: { detail: 'it is FAILED' } }) },
      /was told "it is FAILED", but it ended SUCCESS/,
    ],
    ['a cancel that failed otherwise', { history: cancelled({ status: 422 }) }, /cancel \(call 2\) was answered 422/],
    [
      'a cancelled run that nobody cancelled',
      ended('run.cancelled', 'CANCELLED'),
      /CANCELLED, and nobody asked for that/,
    ],
    [
      'a stored cancel that was forgotten',
      { events: replaced(2, { type: 'run.cancel_requested' }) },
      /its cancel was stored, but it ended SUCCESS/,
    ],
    [
      'an event that was shown but not stored',
      { history: [START, STARTED, { kind: 'event', at: 1_060, runId: RUN, seq: 5, type: 'node.succeeded' }] },
      /a stream showed node.succeeded at seq 5/,
    ],
    [
      'an end that was shown and then changed',
      {
        history: also(
          { method: 'GET', path: `/runs/${RUN}`, key: undefined },
          { status: 200, body: { run_id: RUN, status: 'FAILED' } },
        ),
      },
      /said FAILED, but it ended SUCCESS/,
    ],
    ['another end than without the crash', { ...ended('run.failed', 'FAILED') }, /it ended FAILED, not SUCCESS/],
    [
      'another end of a node',
      {
        answers: [
          {
            ...ANSWER,
            nodes: [
              { id: 'a', status: 'FAILED' },
              { id: 'b', status: 'SUCCESS' },
            ],
          },
        ],
      },
      /node a ended FAILED, not SUCCESS/,
    ],
    ['a node too few', { answers: [{ ...ANSWER, nodes: ANSWER.nodes.slice(1) }] }, /it has 1 nodes/],
    ['other outputs', { answers: [{ ...ANSWER, result: { outputs: { b: { v: 6 } } } }] }, /its outputs are/],
    ['a run that the API does not know', { answers: [] }, /the API was not asked for it/],
    [
      'a crash that counted as a retry',
      { events: replaced(5, { type: 'node.retrying' }) },
      /node a failed 1 times, not 0/,
    ],
  ])('finds %s', (_what, doctored, sentence) => {
    expect(violationsOf({ ...SOUND, ...doctored })).toContainEqual(expect.stringMatching(sentence));
  });
});
