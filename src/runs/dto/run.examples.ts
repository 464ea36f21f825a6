export const EXAMPLE_RUN_ID = 'r_01jd9x3k5r7s8t9v0w1x2y3z4b';

export const EXAMPLE_START_RUN = {
  graph_id: 'g_01jd9x3k5r7s8t9v0w1x2y3z4a',
  input: { url: 'https://example.com' },
  labels: { team: 'search' },
};

export const EXAMPLE_RETRY_RUN = {
  from: ['chart'],
  params: { chart: { spec: { kind: 'bar' } } },
};

export const EXAMPLE_RETRIED_RUN = {
  run_id: 'r_01jd9x4m2q8v6w3e5r7t9y1z2c',
  retry_of: EXAMPLE_RUN_ID,
  reused: ['fetch', 'analyze'],
  rerun: ['chart'],
};

export const EXAMPLE_RUN = {
  run_id: EXAMPLE_RUN_ID,
  graph_id: 'g_01jd9x3k5r7s8t9v0w1x2y3z4a',
  graph_version: 1,
  graph_name: 'demo',
  status: 'SUCCESS',
  progress: 100,
  result: {
    outputs: { chart: { chart_url: `/runs/${EXAMPLE_RUN_ID}/artifacts/chart.svg`, points: 6 } },
    sinks: ['chart'],
    summary: { succeeded: 3, failed_handled: 0, skipped: 0 },
  },
  error: null,
  input: { url: 'https://example.com' },
  labels: { team: 'search' },
  retry_of: null,
  root_run_id: EXAMPLE_RUN_ID,
  created_at: '2026-11-23T10:00:00.000Z',
  started_at: '2026-11-23T10:00:00.004Z',
  finished_at: '2026-11-23T10:00:00.310Z',
  nodes: [
    {
      id: 'chart',
      type: 'agent.chart',
      status: 'SUCCESS',
      attempts: 1,
      started_at: '2026-11-23T10:00:00.250Z',
      finished_at: '2026-11-23T10:00:00.309Z',
      duration_ms: 59,
      error: null,
      skip_reason: null,
      skip_causes: null,
      reused_from: null,
    },
  ],
};

const { nodes: EXAMPLE_NODES, result: _result, input: _input, ...EXAMPLE_RUN_ITEM } = EXAMPLE_RUN;

export const EXAMPLE_RUN_PAGE = { items: [EXAMPLE_RUN_ITEM], next_cursor: null };

export const EXAMPLE_NODE_RUN = {
  ...EXAMPLE_NODES[0],
  params: { spec: { kind: 'line' } },
  input: { series: [559, 83, 52, 5, 13, 5.2] },
  output: EXAMPLE_RUN.result.outputs.chart,
  upstream: null,
};

export const EXAMPLE_LOG = [
  { seq: 2, ts: 1795428000.004, lvl: 'info', type: 'run.started', msg: 'run started' },
  { seq: 3, ts: 1795428000.004, lvl: 'info', type: 'node.started', msg: 'node started', node_id: 'fetch', attempt: 1 },
  {
    seq: 4,
    ts: 1795428000.091,
    lvl: 'warn',
    type: 'node.retrying',
    msg: 'attempt 1 failed, next in 0.8 s: https://example.com answered 503',
    node_id: 'fetch',
    attempt: 1,
    data: {
      error: { type: 'HttpError', message: 'https://example.com answered 503', retryable: true, attempts: 1 },
      wait_ms: 800,
      due_at: 1795428000891,
    },
  },
];

export const EXAMPLE_ARTIFACTS = {
  items: [
    {
      name: 'chart.svg',
      node_id: 'chart',
      content_type: 'image/svg+xml',
      bytes: 14310,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      url: EXAMPLE_RUN.result.outputs.chart.chart_url,
      created_at: '2026-11-23T10:00:00.308Z',
    },
  ],
};
