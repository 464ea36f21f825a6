import {
  type AgentContract,
  type EdgeDefinition,
  type GraphDefinition,
  type GraphPlan,
  type KeyContract,
  type NodeDefinition,
  type RunSettings,
  compile,
} from '../../src/executor/core/index.js';
import { CelExpressionCompiler } from '../../src/executor/expressions/index.js';

const NOTHING: ReadonlySet<string> = new Set();
const OPEN: KeyContract = { open: true, known: NOTHING, required: NOTHING, defaulted: NOTHING };
const CLOSED: KeyContract = { ...OPEN, open: false };

const required = (key: string): KeyContract => ({ ...CLOSED, known: new Set([key]), required: new Set([key]) });
const defaulted = (key: string): KeyContract => ({ ...CLOSED, known: new Set([key]), defaulted: new Set([key]) });

/** The agents that graphs in tests are made of; a node that names none is `open`. */
const CONTRACTS: Readonly<Record<string, AgentContract>> = {
  open: { params: OPEN, input: OPEN },
  needs_text: { params: CLOSED, input: required('text') },
  defaults_text: { params: CLOSED, input: defaulted('text') },
  needs_url_param: { params: required('url'), input: CLOSED },
  defaults_url_param: { params: defaulted('url'), input: CLOSED },
};

export const expressions = new CelExpressionCompiler();

/** Everything that a node may say, all but the id with a default. */
export const node = (id: string, fields: Partial<Omit<NodeDefinition, 'id'>> = {}): NodeDefinition => ({
  id,
  type: 'open',
  params: {},
  retry: {},
  optional: false,
  join: 'all',
  onInterrupt: 'retry',
  alwaysOnCancel: false,
  reuse: 'auto',
  ...fields,
});

export type EdgeFields = Partial<Omit<EdgeDefinition, 'from' | 'to' | 'map'>> & {
  readonly map?: Readonly<Record<string, string>>;
};

/** A plain success edge unless `fields` say otherwise. */
export const edge = (from: string, to: string, { map = {}, ...fields }: EdgeFields = {}): EdgeDefinition => ({
  from,
  to,
  map: Object.entries(map),
  on: 'success',
  else: false,
  ...fields,
});

/** Nodes may be given by their id alone, plain edges as `a -> b`. */
export const graph = (
  nodes: readonly (NodeDefinition | string)[],
  edges: readonly (EdgeDefinition | string)[] = [],
  sinks?: readonly string[],
): GraphDefinition => ({
  name: 'test',
  nodes: nodes.map((given) => (typeof given === 'string' ? node(given) : given)),
  edges: edges.map((given) => (typeof given === 'string' ? plainEdge(given) : given)),
  sinks,
});

function plainEdge(arrow: string): EdgeDefinition {
  const [from, to] = arrow.split(' -> ');
  if (from === undefined || to === undefined) throw new TypeError(`"${arrow}" is not written "a -> b"`);
  return edge(from, to);
}

/** Settings of a run without waits: no retries, no jitter, room for ten attempts at once. */
export const settings = (fields: Partial<RunSettings> = {}): RunSettings => ({
  concurrency: 10,
  defaultTimeoutSec: 30,
  maxRetries: 0,
  onFailure: 'finish',
  strictConditions: false,
  requireSink: false,
  retryBaseSec: 1,
  retryFactor: 2,
  retryMaxDelaySec: 60,
  retryJitter: 'none',
  retryAfterMaxSec: 900,
  cancelGraceSec: 5,
  maxInterruptions: 5,
  ...fields,
});

/** @throws {TypeError} if no test agent has this type. */
export function contractOf(type: string): AgentContract {
  const contract = CONTRACTS[type];
  if (contract === undefined) throw new TypeError(`no test agent is called "${type}"`);
  return contract;
}

/** The plan of a graph of test agents. */
export const planOf = (definition: GraphDefinition): GraphPlan => compile(definition, { contractOf, expressions });
