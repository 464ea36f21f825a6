import { z } from 'zod';
import { ATTEMPT_OUTCOMES, CONDITION_OPERATORS, EDGE_VERDICTS } from '../../executor/core/index.js';
import { edgeOutcome, joinKind } from '../../executor/index.js';
import { named } from '../../http/openapi/index.js';
import {
  json,
  jsonObject,
  nodeError,
  nodeStatus as status,
  runId,
  runStatusSchema,
  skipReason,
  timestamp,
} from '../dto/run.schemas.js';

const sentence = z.string().meta({ description: 'One sentence for people; its words may change.' });

const conditionValue = z.object({
  name: z.string().meta({ description: 'The `var`, or a reference of an expression.', examples: ['output.score'] }),
  op: named('ConditionOperator', z.enum(CONDITION_OPERATORS)).optional(),
  value: json.optional().meta({ description: 'What it is compared with.' }),
  found: z.boolean().meta({ description: 'Whether the name led anywhere.' }),
  actual: json.optional().meta({ description: 'What was there; long values are cut to a text.' }),
});

const condition = named(
  'ConditionExplanation',
  z.object({
    cond: z.union([z.string(), jsonObject]).meta({ description: 'As the graph says it.' }),
    holds: z.boolean().nullable().meta({ description: 'Null when it was not, or could not be, evaluated.' }),
    error: z.string().optional().meta({ description: 'Why it could not be evaluated.' }),
    values: z.array(conditionValue).meta({ description: 'What it looked at; empty when it was not evaluated.' }),
  }),
);

const edge = named(
  'EdgeExplanation',
  z.object({
    from: z.string().meta({ description: 'Its source; `$input` for the input of the run.' }),
    from_status: status.nullable().meta({ description: 'Null for `$input`.' }),
    on: edgeOutcome,
    group: z.string().nullable(),
    verdict: named('EdgeVerdict', z.enum(EDGE_VERDICTS)),
    reason: skipReason.nullable().meta({ description: 'Why it was not taken.' }),
    summary: sentence,
    condition: condition.nullable(),
    mapped: z
      .array(z.object({ key: z.string(), path: z.string(), found: z.boolean() }))
      .meta({ description: 'What it maps, and whether the path led anywhere; empty unless it was taken.' }),
  }),
);

const attempt = named(
  'AttemptExplanation',
  z.object({
    attempt: z.int().min(1),
    outcome: named('AttemptOutcome', z.enum(ATTEMPT_OUTCOMES)),
    started_at: timestamp,
    ended_at: timestamp.nullable(),
    error: nodeError.nullable(),
    wait_ms: z.number().min(0).nullable().meta({ description: 'How long the node then waited for the next one.' }),
  }),
);

const waitsFor = named(
  'Wait',
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('start') }),
    z.object({ kind: z.literal('edges'), from: z.array(z.string()) }),
    z.object({ kind: z.literal('slot'), running: z.int(), concurrency: z.int() }),
    z.object({ kind: z.literal('retry'), due_at: timestamp }),
    z.object({ kind: z.literal('attempt') }),
  ]),
);

const chainLink = named(
  'CauseLink',
  z.object({
    node: z.string(),
    status,
    skip_reason: skipReason.nullable(),
    error: nodeError.nullable(),
  }),
);

const nodeAtAGlance = named('NodeAtAGlance', z.object({ id: z.string(), status, summary: sentence }));

const node = named(
  'NodeExplanation',
  nodeAtAGlance.extend({
    join: joinKind,
    edges: z.array(edge),
    waits_for: waitsFor.nullable().meta({ description: 'Null once the node has ended.' }),
    attempts: z.array(attempt),
    chain: z.array(chainLink).meta({
      description: 'From the node to the first cause; empty unless the node was skipped or has failed.',
    }),
  }),
);

export const explanationSchema = named(
  'RunExplanation',
  z.object({
    run_id: runId,
    status: runStatusSchema,
    node: node.optional().meta({ description: 'With `?node=`.' }),
    nodes: z.array(nodeAtAGlance).optional().meta({ description: 'Without it: every node, in a sentence.' }),
  }),
);
