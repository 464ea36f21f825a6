/** The graph that the documentation shows. */
export const EXAMPLE_GRAPH = {
  name: 'demo',
  nodes: [
    { id: 'fetch', type: 'agent.fetch', params: { url: 'https://example.com' } },
    { id: 'analyze', type: 'agent.analyze', params: {} },
    { id: 'chart', type: 'agent.chart', params: { spec: { kind: 'line' } } },
  ],
  edges: [
    { from: 'fetch', to: 'analyze', map: { text: 'body' } },
    { from: 'analyze', to: 'chart', map: { series: 'insights' } },
  ],
  options: { concurrency: 2, default_timeout_sec: 10, max_retries: 1 },
  sinks: ['chart'],
};

export const EXAMPLE_GRAPH_ID = 'g_01jd9x3k5r7s8t9v0w1x2y3z4a';

const EXAMPLE_TIME = '2026-11-23T10:00:00.000Z';

export const EXAMPLE_PAGE = {
  items: [
    {
      graph_id: EXAMPLE_GRAPH_ID,
      name: EXAMPLE_GRAPH.name,
      version: 1,
      created_at: EXAMPLE_TIME,
      updated_at: EXAMPLE_TIME,
    },
  ],
  next_cursor: null,
};

export const EXAMPLE_STORED_GRAPH = {
  graph_id: EXAMPLE_GRAPH_ID,
  version: 1,
  name: EXAMPLE_GRAPH.name,
  created_at: EXAMPLE_TIME,
  archived_at: null,
  graph: EXAMPLE_GRAPH,
};
