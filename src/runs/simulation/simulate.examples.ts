const GRAPH = {
  name: 'publish',
  nodes: [
    { id: 'fetch', type: 'agent.fetch', params: { url: 'https://example.com' }, retries: 1 },
    { id: 'alarm', type: 'agent.echo' },
  ],
  edges: [{ from: 'fetch', to: 'alarm', on: 'failure' }],
};

/** A node fails for good: does its handler run? */
export const EXAMPLE_SIMULATE = {
  graph: GRAPH,
  outcomes: { fetch: { error: { type: 'HttpError', message: 'answered 404', retryable: false } } },
};

const ERROR = { type: 'HttpError', message: 'answered 404', retryable: false, attempts: 1 };
const EPOCH = '1970-01-01T00:00:00.000Z';
const node = { attempts: 1, started_at: EPOCH, finished_at: EPOCH, duration_ms: 0 };
const NOT_SKIPPED = { skip_reason: null, skip_causes: null, reused_from: null };

export const EXAMPLE_SIMULATION = {
  status: 'SUCCESS',
  progress: 100,
  result: { outputs: { alarm: {} }, sinks: ['alarm'], summary: { succeeded: 1, failed_handled: 1, skipped: 0 } },
  error: null,
  assumed: ['alarm'],
  nodes: [
    {
      id: 'fetch',
      type: 'agent.fetch',
      status: 'FAILED',
      ...node,
      error: ERROR,
      ...NOT_SKIPPED,
      summary: 'failed, which was handled, after 1 attempt: HttpError: answered 404',
    },
    {
      id: 'alarm',
      type: 'agent.echo',
      status: 'SUCCESS',
      ...node,
      error: null,
      ...NOT_SKIPPED,
      summary: 'ran: all of its edges were taken (join "all")',
    },
  ],
  events: [{ seq: 2, ts: 0, lvl: 'info', type: 'run.started', msg: 'run started' }],
};
