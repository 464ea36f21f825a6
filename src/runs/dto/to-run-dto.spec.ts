import {
  DEFAULT_NAMESPACE,
  type NodeSummary,
  type RunResult,
  epochMs,
  graphId,
  runId,
} from '../../executor/core/index.js';
import type { StoredRun } from '../../storage/index.js';
import { toArtifactDto, toLogDto, toNodeDto, toRunDto, toRunItem } from './to-run-dto.js';

const RUN = runId('r_01jd9x3k5r7s8t9v0w1x2y3z4b');
const at = (ms: number) => epochMs(Date.UTC(2026, 10, 23, 10) + ms);

const stored = (fields: Partial<StoredRun> = {}): StoredRun => ({
  runId: RUN,
  namespace: DEFAULT_NAMESPACE,
  graphId: graphId('g_01jd9x3k5r7s8t9v0w1x2y3z4a'),
  graphVersion: 1,
  graphName: 'demo',
  status: 'PENDING',
  progress: 0,
  lastSeq: 1,
  epoch: 0,
  inputJson: '{"__proto__":{"x":1},"constructor":2}',
  labels: { team: 'search' },
  createdAt: at(0),
  startedAt: null,
  finishedAt: null,
  errorJson: null,
  resultJson: null,
  nodesJson: null,
  retryOf: null,
  rootRunId: RUN,
  ...fields,
});

const whole = ({ result = null }: { readonly result?: RunResult | null } = {}) => ({
  run: stored(),
  nodes: [],
  result,
});

const summary = (fields: Partial<NodeSummary> = {}): NodeSummary => ({
  id: 'a',
  type: 'agent.echo',
  status: 'PENDING',
  attempts: 0,
  startedAt: null,
  finishedAt: null,
  error: null,
  skipReason: null,
  skipCauses: null,
  ...fields,
});

describe('toRunDto', () => {
  it('has every field of the contract, null where there is nothing yet', () => {
    expect(Object.keys(toRunDto(whole())).sort()).toEqual(
      [
        ...['run_id', 'graph_id', 'graph_version', 'graph_name', 'status', 'progress', 'result', 'error', 'input'],
        ...['labels', 'created_at', 'started_at', 'finished_at', 'nodes', 'retry_of', 'root_run_id'],
      ].sort(),
    );
    expect(toRunDto(whole())).toMatchObject({ result: null, error: null, started_at: null, finished_at: null });
  });

  it('gives times as RFC 3339 with milliseconds', () => {
    const run = toRunItem(stored({ startedAt: at(4), finishedAt: at(310) }));
    expect(run).toMatchObject({
      created_at: '2026-11-23T10:00:00.000Z',
      started_at: '2026-11-23T10:00:00.004Z',
      finished_at: '2026-11-23T10:00:00.310Z',
    });
  });

  it('keeps every key that the client sent as input', () => {
    expect(JSON.stringify(toRunDto(whole())['input'])).toBe('{"__proto__":{"x":1},"constructor":2}');
  });

  it('writes the summary of the result in snake_case and leaves outputs alone', () => {
    const result = {
      outputs: { a: { failedHandled: 1 } },
      sinks: ['a'],
      summary: { succeeded: 1, failedHandled: 2, skipped: 3 },
    };
    expect(toRunDto(whole({ result }))['result']).toEqual({
      outputs: { a: { failedHandled: 1 } },
      sinks: ['a'],
      summary: { succeeded: 1, failed_handled: 2, skipped: 3 },
    });
  });
});

describe('toNodeDto', () => {
  it('measures from the first start to the end', () => {
    expect(toNodeDto(summary({ startedAt: at(250), finishedAt: at(309) }))).toMatchObject({ duration_ms: 59 });
  });

  it('has no duration until the node has ended, nor when it never started', () => {
    expect(toNodeDto(summary({ startedAt: at(250) }))).toMatchObject({ duration_ms: null });
    expect(toNodeDto(summary({ finishedAt: at(250) }))).toMatchObject({ duration_ms: null });
  });

  it('says why a node was skipped', () => {
    const cause = { from: 'b', on: 'success', reason: 'cond_false', root: 'b' } as const;
    const skipped = summary({ status: 'SKIPPED', skipReason: 'cond_false', skipCauses: [cause] });
    expect(toNodeDto(skipped)).toMatchObject({ skip_reason: 'cond_false', skip_causes: [cause] });
  });
});

describe('toLogDto', () => {
  const entry = { seq: 1, ts: at(4), type: 'run.started', lvl: 'info', msg: 'run started' } as const;

  it('gives the time in seconds, to the millisecond', () => {
    const dto = toLogDto({ ...entry, nodeId: null, attempt: null, progress: null, data: null });
    expect(dto['ts']).toBe(at(4) / 1_000);
    expect(JSON.stringify(dto['ts'])).toMatch(/^\d{10}\.004$/);
  });

  it('leaves out what does not apply, and keeps zeros', () => {
    expect(Object.keys(toLogDto({ ...entry, nodeId: null, attempt: null, progress: null, data: null }))).toEqual([
      'seq',
      'ts',
      'lvl',
      'type',
      'msg',
    ]);
    expect(toLogDto({ ...entry, nodeId: 'a', attempt: 0, progress: 0, data: {} })).toMatchObject({
      node_id: 'a',
      attempt: 0,
      progress: 0,
      data: {},
    });
  });
});

describe('toArtifactDto', () => {
  it('says where the file is', () => {
    const artifact = { runId: RUN, name: 'c.svg', nodeId: 'c', contentType: 'image/svg+xml', bytes: 3, sha256: 'ab' };
    expect(toArtifactDto({ ...artifact, createdAt: at(0) })).toEqual({
      name: 'c.svg',
      node_id: 'c',
      content_type: 'image/svg+xml',
      bytes: 3,
      sha256: 'ab',
      url: `/runs/${RUN}/artifacts/c.svg`,
      created_at: '2026-11-23T10:00:00.000Z',
    });
  });
});
