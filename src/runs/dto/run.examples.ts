export const EXAMPLE_RUN_ID = 'r_01jd9x3k5r7s8t9v0w1x2y3z4b';

export const EXAMPLE_START_RUN = {
  graph_id: 'g_01jd9x3k5r7s8t9v0w1x2y3z4a',
  input: { url: 'https://example.com' },
  labels: { team: 'search' },
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
    },
  ],
};
