import { z } from 'zod';
import { POOL_NAME, jitterKind } from '../../config/index.js';
import { type JsonObject, INPUT_SOURCE, isJsonObject } from '../core/index.js';
import { boundedText } from './bounded-text.js';

const NODE_ID = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const MAX_SECONDS = 86_400;
const MAX_TEXT = 200;

/** Any JSON object, taken as it is: copying it key by key would lose `__proto__`. */
const jsonObject = z
  .custom<JsonObject>(isJsonObject, { error: 'takes an object' })
  .meta({ type: 'object', additionalProperties: true });

const nodeId = z
  .string()
  .regex(NODE_ID, { error: 'takes a letter or "_", then at most 63 letters, digits, "_" or "-"' })
  .meta({ description: 'Id of a node, unique in its graph.', examples: ['fetch'] });

const seconds = z
  .number()
  .positive({ error: `takes seconds above 0, up to ${MAX_SECONDS}` })
  .max(MAX_SECONDS, { error: `takes seconds above 0, up to ${MAX_SECONDS}` });

const pool = z
  .string()
  .regex(POOL_NAME, { error: 'takes 1 to 63 lower-case letters, digits or "-", neither first nor last a "-"' });

const retries = z.int().min(0).max(100);
const hasNoControlCharacter = (text: string): boolean => !/\p{Cc}/u.test(text);
/** A text for people, on one line. */
const printable = (max: number) =>
  boundedText({ min: 1, max })
    .refine(hasNoControlCharacter, { error: 'takes no control characters' })
    .meta({ pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' });

/** How the source of an edge must end for the edge to be taken. */
export const edgeOutcome = z.enum(['success', 'failure', 'done']);
/** What the incoming edges of a node must come to. */
export const joinKind = z.enum(['all', 'any', 'settled']);
/** What follows when the process of an attempt dies. */
export const interruptPolicy = z.enum(['retry', 'fail']);
/** Whether a retry of the run may take over a success. */
export const reusePolicy = z.enum(['auto', 'never']);
/** What a failure that nothing handles does to the rest of the run. */
export const failurePolicy = z.enum(['finish', 'stop', 'cancel']);

/** What a node does differently from its run’s retries. */
export const retrySpec = z
  .strictObject({
    max: retries.optional().meta({ description: 'Extra attempts after the first; another name of `retries`.' }),
    base_sec: z.number().min(0).max(MAX_SECONDS).optional(),
    factor: z.number().min(1).max(100).optional(),
    max_delay_sec: z.number().min(0).max(MAX_SECONDS).optional(),
    jitter: jitterKind.optional(),
    total_sec: seconds.optional().meta({ description: 'Bounds all attempts and the waits between them.' }),
    on: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'CEL over `error.{type,status,message,attempt}`: retry only while it holds.' }),
  })
  .meta({ description: 'What the node does differently from the run’s retries.' });

/** One node of a graph. */
export const nodeSpec = z.strictObject({
  id: nodeId,
  type: boundedText({ min: 1, max: 128 }).meta({
    description: 'Type of a registered agent.',
    examples: ['agent.fetch'],
  }),
  label: printable(MAX_TEXT).optional().meta({ description: 'A name for people.' }),
  params: jsonObject.optional().meta({
    description: 'The agent’s params; strings may hold `${ … }` templates.',
    examples: [{ url: 'https://example.com' }],
  }),
  timeout_sec: seconds.optional().meta({ description: 'Bounds one attempt.' }),
  idle_timeout_sec: seconds.optional().meta({ description: 'Bounds one attempt’s silence.' }),
  retries: retries.optional().meta({ description: 'Extra attempts after the first.' }),
  retry: retrySpec.optional(),
  optional: z.boolean().optional().meta({ description: 'Its failure does not fail the run.' }),
  join: joinKind.optional().meta({ description: 'What its incoming edges must come to.' }),
  on_interrupt: interruptPolicy.optional().meta({ description: 'What follows when its process dies.' }),
  always_on_cancel: z.boolean().optional().meta({ description: 'A settled node that runs even on cancel.' }),
  reuse: reusePolicy.optional().meta({ description: 'Whether a retry of the run may reuse its success.' }),
  pool: pool.optional().meta({
    description: 'Which workers of a fleet make its attempts; those of the run when left out.',
    examples: ['gpu'],
  }),
});

/** One edge of a graph. */
export const edgeSpec = z.strictObject({
  from: z.union([z.literal(INPUT_SOURCE), nodeId], { error: 'takes a node id or "$input"' }),
  to: nodeId,
  map: z
    .custom<Readonly<Record<string, string>>>(isStringMap, { error: 'takes an object of input keys and paths' })
    .meta({ type: 'object', additionalProperties: { type: 'string' } })
    .optional()
    .meta({
      description: 'Input key of the target → dotted path in the source’s output.',
      examples: [{ text: 'body' }],
    }),
  on: edgeOutcome.optional().meta({ description: 'How the source must end.' }),
  cond: z
    .custom<string | JsonObject>((value) => typeof value === 'string' || isJsonObject(value), {
      error: 'takes a CEL expression or an object such as { "var": "count", "op": ">", "value": 3 }',
    })
    .meta({ anyOf: [{ type: 'string' }, { type: 'object', additionalProperties: true }] })
    .optional()
    .meta({ description: 'A CEL expression, or { var, op, value } with all, any and not.' }),
  group: printable(64).optional().meta({ description: 'Edges of one source with the same group exclude each other.' }),
  else: z.boolean().optional().meta({ description: 'On the last edge of a group: taken when no other is.' }),
});

/** What a run may say differently from its graph. */
export const runOptionsSpec = z
  .strictObject({
    concurrency: z.int().min(1).max(10_000).optional().meta({ description: 'Attempts of the run at once.' }),
    default_timeout_sec: seconds.optional().meta({ description: 'Bounds one attempt of nodes that do not say.' }),
    max_retries: retries.optional().meta({ description: 'Extra attempts of nodes that do not say.' }),
    timeout_sec: seconds.optional().meta({ description: 'Bounds the whole run.' }),
    expire_if_not_started_sec: seconds.optional().meta({ description: 'Bounds the wait in the queue.' }),
    priority: z.int().min(0).max(9).optional().meta({
      description:
        'How urgent the run is among those of its namespace that wait for a worker: 0 to 9, higher first, 4 if nothing is said.',
    }),
    on_failure: failurePolicy
      .optional()
      .meta({ description: 'What a failure that nothing handles does to the rest of the run.' }),
    strict_conditions: z
      .boolean()
      .optional()
      .meta({ description: 'A condition that cannot be evaluated fails the run.' }),
    pool: pool.optional().meta({ description: 'Which workers of a fleet take the run; `default` when left out.' }),
    require_sink: z.boolean().optional().meta({ description: 'A run that reaches no sink fails.' }),
  })
  .meta({ examples: [{ concurrency: 2, default_timeout_sec: 10, max_retries: 1 }] });

/** A graph as clients write it. It judges the shape; `src/graphs/validation` judges what it means. */
export const graphSpec = z.strictObject({
  name: printable(MAX_TEXT),
  nodes: z.array(nodeSpec).min(1),
  edges: z.array(edgeSpec),
  options: runOptionsSpec.optional(),
  sinks: z.array(nodeId).optional().meta({ description: 'Nodes whose output is the result; left out: every node.' }),
});

export type GraphSpec = z.output<typeof graphSpec>;
export type NodeSpec = GraphSpec['nodes'][number];
export type EdgeSpec = GraphSpec['edges'][number];
export type RunOptionsSpec = z.output<typeof runOptionsSpec>;

function isStringMap(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every((path) => typeof path === 'string');
}
