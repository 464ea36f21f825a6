/** Answers what it is given. */
export const ECHO_GRAPH = {
  name: 'echo',
  nodes: [{ id: 'say', type: 'agent.echo', params: { greeting: 'hello' } }],
  edges: [{ from: '$input', to: 'say', map: { name: 'name' } }],
  sinks: ['say'],
};

/** Draws a chart of the numbers in its input. */
export const CHART_GRAPH = {
  name: 'My chart',
  nodes: [{ id: 'draw', type: 'agent.chart', params: { spec: { kind: 'line' } } }],
  edges: [{ from: '$input', to: 'draw', map: { series: 'series' } }],
  sinks: ['draw'],
};

/** Waits far longer than any test. */
export const SLOW_GRAPH = {
  name: 'slow',
  nodes: [{ id: 'wait', type: 'agent.delay', params: { seconds: 3600 } }],
  edges: [],
  sinks: ['wait'],
};

/** Fails: nothing listens on the address. */
export const FAILING_GRAPH = {
  name: 'failing',
  nodes: [{ id: 'fetch', type: 'agent.fetch', params: { url: 'http://127.0.0.1:2/' } }],
  edges: [],
  options: { max_retries: 1 },
};
