import { z } from 'zod';
import { MAX_VERSION, isJsonObject } from '../../executor/core/index.js';
import { boundedText, runOptionsSpec } from '../../executor/index.js';
import { named } from '../../http/openapi/index.js';
import { logSchema } from '../dto/event.schemas.js';
import { graphIdField, json, nodeSummary, progress, runError, runResult, runStatusSchema } from '../dto/run.schemas.js';

/** Attempts of one node whose outcomes can be said. */
const MAX_ATTEMPTS = 101;

const failure = z.strictObject({
  type: boundedText({ min: 1, max: 200 })
    .default('SimulatedError')
    .meta({ description: 'As conditions and `retry.on` see it.' }),
  message: boundedText({ max: 2_000 }).default('the simulation says so'),
  retryable: z.boolean().default(true),
});

const outcome = named(
  'SimulatedOutcome',
  z.union([z.strictObject({ output: json }), z.strictObject({ error: failure })], {
    error: 'takes { "output": … } or { "error": { "type"?, "message"?, "retryable"? } }',
  }),
);

export const simulateSchema = named(
  'Simulate',
  z.strictObject({
    graph: z
      .custom<unknown>(isJsonObject, { error: 'takes a graph' })
      .optional()
      .meta({ $ref: '#/components/schemas/Graph', description: 'A graph as `POST /graphs` takes it; or `graph_id`.' }),
    graph_id: graphIdField.optional(),
    version: z
      .int()
      .min(1)
      .max(MAX_VERSION)
      .optional()
      .meta({ description: 'Of `graph_id`; the newest when left out.' }),
    input: json.optional().meta({ description: '`{}` when left out.' }),
    options: runOptionsSpec.optional(),
    outcomes: z
      .record(z.string(), z.union([outcome, z.array(outcome).min(1).max(MAX_ATTEMPTS)]))
      .optional()
      .meta({
        description:
          'How nodes end, by node id: one outcome for every attempt, or a list, attempt by attempt, whose last one goes on. ' +
          'Nodes that are left out succeed with `{}`.',
      }),
  }),
);

export type SimulateBody = z.input<typeof simulateSchema>;
export const parseOutcome = (value: unknown): z.output<typeof outcome> => outcome.parse(value);

export const simulationSchema = named(
  'Simulation',
  z.object({
    status: runStatusSchema,
    progress,
    result: runResult.nullable(),
    error: runError.nullable(),
    assumed: z.array(z.string()).meta({ description: 'Nodes that ran and had no outcome: they succeeded with `{}`.' }),
    nodes: z.array(nodeSummary.extend({ summary: z.string() })).meta({ description: 'With why, in a sentence.' }),
    events: logSchema.meta({ description: 'The journal that such a run would have; its clock begins at 0.' }),
  }),
);
