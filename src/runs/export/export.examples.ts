import { toHeaderRecord } from '../../executor/index.js';
import { EXAMPLE_LOG, EXAMPLE_RUN } from '../dto/run.examples.js';

const { run_id: runId, graph_id: graphId, graph_version: graphVersion, graph_name: graphName, input } = EXAMPLE_RUN;
const KEYS = { open: false, known: new Set(['url']), required: new Set<string>(), defaulted: new Set<string>() };
const FETCH = { params: KEYS, input: KEYS };

const HEADER = toHeaderRecord({
  runId,
  graphId,
  graphVersion,
  graphName,
  graph: { name: graphName, nodes: [{ id: 'fetch', type: 'agent.fetch', params: input }], edges: [] },
  agents: new Map([['agent.fetch', FETCH]]),
  lastSeq: 1 + EXAMPLE_LOG.length,
});

const QUEUED = {
  seq: 1,
  ts: 1795428000,
  lvl: 'info',
  type: 'run.queued',
  msg: 'run queued',
  progress: 0,
  data: { graph_id: graphId, graph_version: graphVersion, input, settings: { concurrency: 4, max_retries: 1 } },
};

/** The first lines of a file. */
export const EXAMPLE_JOURNAL_FILE = [HEADER, QUEUED, ...EXAMPLE_LOG]
  .map((record) => `${JSON.stringify(record)}\n`)
  .join('');
