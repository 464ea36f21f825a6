import { z } from 'zod';
import {
  GRAPH_ID,
  MAX_VERSION,
  NODE_STATUSES,
  RUN_ID,
  RUN_STATUSES,
  SKIP_REASONS,
  hasAtMostCharacters,
  isJsonObject,
} from '../../executor/core/index.js';
import { edgeOutcome, runOptionsSpec } from '../../executor/index.js';
import { named } from '../../http/openapi/index.js';
import { EXAMPLE_RUN_ID, EXAMPLE_START_RUN } from './run.examples.js';

/** Labels of one run. */
export const MAX_LABELS = 20;
const MAX_LABEL_VALUE = 255;
/** As many as a large graph may have nodes. */
const MAX_NODES_NAMED = 10_000;
const LABEL_KEY = /^[A-Za-z0-9_.-]{1,63}$/;

export const json = z.unknown().meta({ description: 'Any JSON.' });
export const jsonObject = z.record(z.string(), z.unknown());
export const runId = z
  .string()
  .meta({ description: 'Id of a run.', pattern: RUN_ID.source, examples: [EXAMPLE_RUN_ID] });
export const graphIdField = z
  .string()
  .meta({ description: 'Id of a graph.', pattern: GRAPH_ID.source, examples: [EXAMPLE_START_RUN.graph_id] });
export const timestamp = z.iso.datetime().meta({ examples: ['2026-11-23T10:00:00.000Z'] });
export const progress = z
  .int()
  .min(0)
  .max(100)
  .meta({ description: 'Share of node runs that have ended; 100 only for SUCCESS.' });
export const runStatusSchema = named('RunStatus', z.enum(RUN_STATUSES));
export const nodeStatus = named('NodeStatus', z.enum(NODE_STATUSES));
export const skipReason = named('SkipReason', z.enum(SKIP_REASONS));

const labels = z
  .custom<Readonly<Record<string, string>>>(isJsonObject, { error: 'takes an object of strings' })
  .superRefine((value, context) => {
    const entries = Object.entries(value as Readonly<Record<string, unknown>>);
    if (entries.length > MAX_LABELS) {
      context.addIssue({ code: 'custom', message: `${entries.length} labels: at most ${MAX_LABELS} are taken` });
      return;
    }
    for (const [key, text] of entries) {
      const takes = !LABEL_KEY.test(key)
        ? 'a key takes 1 to 63 letters, digits, "_", "." or "-"'
        : typeof text !== 'string' || !hasAtMostCharacters(text, MAX_LABEL_VALUE)
          ? `takes a string of at most ${MAX_LABEL_VALUE} characters`
          : undefined;
      if (takes !== undefined) context.addIssue({ code: 'custom', path: [key], message: takes });
    }
  })
  .meta({
    type: 'object',
    propertyNames: { pattern: LABEL_KEY.source },
    additionalProperties: { type: 'string', maxLength: MAX_LABEL_VALUE },
    maxProperties: MAX_LABELS,
  });

export const startRunSchema = named(
  'StartRun',
  z.strictObject({
    graph_id: graphIdField,
    version: z
      .int()
      .min(1)
      .max(MAX_VERSION)
      .optional()
      .meta({ description: 'Version of the graph; the newest when left out.' }),
    input: json.optional().meta({ description: 'What `$input` edges and expressions see; `{}` when left out.' }),
    options: runOptionsSpec.optional(),
    labels: labels.optional().meta({ description: 'For filtering lists of runs.' }),
  }),
);

export const startedRunSchema = named('StartedRun', z.object({ run_id: runId, status: runStatusSchema }));

export const nodeError = named(
  'NodeError',
  z.object({
    type: z.string().meta({ examples: ['HttpError'] }),
    message: z.string(),
    retryable: z.boolean().meta({ description: 'Whether another attempt could help.' }),
    attempts: z.int().min(0).meta({ description: 'Attempts made.' }),
    details: jsonObject.optional(),
  }),
);

export const runError = named(
  'RunError',
  z.object({
    type: z.string(),
    message: z.string(),
    retryable: z.boolean(),
    attempts: z.int().min(0),
    details: jsonObject.optional(),
    node_id: z.string().optional().meta({ description: 'The node to blame.' }),
    error: nodeError.optional().meta({ description: 'That node’s error.' }),
    first_cause: z
      .object({ node_id: z.string(), error: nodeError })
      .optional()
      .meta({ description: 'The failure that began the chain, when the node to blame was handling another.' }),
  }),
);

export const skipCause = named(
  'SkipCause',
  z.object({
    from: z.string().meta({ description: 'Source of the edge that was not taken.' }),
    on: edgeOutcome,
    reason: skipReason,
    root: z.string().meta({ description: 'The node where the chain began.' }),
  }),
);

const nodeSummaryShape = {
  id: z.string(),
  type: z.string().meta({ examples: ['agent.fetch'] }),
  status: nodeStatus,
  attempts: z.int().min(0),
  started_at: timestamp.nullable(),
  finished_at: timestamp.nullable(),
  duration_ms: z.int().min(0).nullable().meta({ description: 'From the first start to the end; null until then.' }),
  error: nodeError.nullable().meta({ description: 'Of a FAILED node; of a RETRYING one, its last.' }),
  skip_reason: skipReason.nullable(),
  skip_causes: z.array(skipCause).nullable().meta({ description: 'Every edge that was not taken.' }),
  reused_from: runId
    .nullable()
    .meta({ description: 'Of a node that a retry did not run again: the run that made its output.' }),
};

export const nodeSummary = named('NodeSummary', z.object(nodeSummaryShape));

export const nodeRunSchema = named(
  'NodeRun',
  z.object({
    ...nodeSummaryShape,
    params: jsonObject.meta({ description: 'As the graph gives them; templates are shown as they are written.' }),
    input: jsonObject
      .nullable()
      .meta({ description: 'What edges mapped in, params they override included; null until it is known.' }),
    output: json.meta({ description: 'What the agent returned; null until then.' }),
    upstream: z
      .record(z.string(), z.object({ status: nodeStatus, error: jsonObject.optional() }))
      .nullable()
      .meta({ description: 'How each source ended; only for settled nodes.' }),
  }),
);

export const runResult = named(
  'RunResult',
  z.object({
    outputs: jsonObject.meta({ description: 'Output of each sink that succeeded, by node id.' }),
    sinks: z.array(z.string()),
    summary: z.object({
      succeeded: z.int().min(0),
      failed_handled: z.int().min(0),
      skipped: z.int().min(0),
    }),
  }),
);

const runItemShape = {
  run_id: runId,
  graph_id: graphIdField,
  graph_version: z.int().min(1),
  graph_name: z.string(),
  status: runStatusSchema,
  progress,
  labels: z.record(z.string(), z.string()),
  retry_of: runId.nullable().meta({ description: 'The run that this one retries.' }),
  root_run_id: runId.meta({ description: 'The first run of the chain of retries; the run itself unless it is one.' }),
  created_at: timestamp,
  started_at: timestamp.nullable(),
  finished_at: timestamp.nullable(),
};

export const runPageSchema = named(
  'RunPage',
  z.object({
    items: z.array(named('RunItem', z.object({ ...runItemShape, error: runError.nullable() }))),
    next_cursor: z.string().nullable(),
  }),
);

export const runSchema = named(
  'Run',
  z.object({
    ...runItemShape,
    result: runResult.nullable().meta({ description: 'Null unless the run is SUCCESS.' }),
    error: runError.nullable().meta({ description: 'Null unless the run is FAILED.' }),
    input: json,
    nodes: z.array(nodeSummary).meta({ description: 'In the order of the graph.' }),
  }),
);

const byNode = (error: string) =>
  z.custom<Readonly<Record<string, unknown>>>(isJsonObject, { error }).meta({
    type: 'object',
    additionalProperties: true,
  });
const nodeIds = z.array(z.string()).max(MAX_NODES_NAMED);

export const retryRunSchema = named(
  'RetryRun',
  z.strictObject({
    from: nodeIds
      .optional()
      .meta({ description: 'Nodes that run again although they succeeded, and all behind them.' }),
    input: json.optional().meta({ description: 'Another input; that of the retried run when left out.' }),
    params: byNode('takes an object of params by node id')
      .superRefine((value, context) => {
        for (const [id, params] of Object.entries(value)) {
          if (!isJsonObject(params)) context.addIssue({ code: 'custom', path: [id], message: 'takes an object' });
        }
      })
      .optional()
      .meta({
        additionalProperties: { type: 'object' },
        description: 'Params by node id; each key replaces the one that the retried run had.',
      }),
    graph_version: z
      .union([z.enum(['same', 'latest']), z.int().min(1).max(MAX_VERSION)], {
        error: 'takes "same", "latest" or a version',
      })
      .optional()
      .meta({ description: 'Which version of the graph runs; the same when left out.' }),
    skip: nodeIds.optional().meta({ description: 'Nodes that are not to run.' }),
    with_output: byNode('takes an object of outputs by node id')
      .optional()
      .meta({ description: 'Outputs by node id: those nodes succeed without running.' }),
    dry_run: z.boolean().optional().meta({ description: 'Only say what would be reused; nothing is started.' }),
  }),
);

const listedNodes = z.array(z.string());

export const retriedRunSchema = named(
  'RetriedRun',
  z.object({
    run_id: runId.nullable().meta({ description: 'The new run; null for a dry run.' }),
    retry_of: runId,
    reused: listedNodes.meta({ description: 'Nodes whose success is taken over, in the order of the graph.' }),
    rerun: listedNodes.meta({
      description:
        'Nodes that are decided again: they run, or are skipped. Those in `skip` and `with_output` are in neither list.',
    }),
  }),
);

export const cancelledRunSchema = named(
  'CancelledRun',
  z.object({ ok: z.literal(true), run_id: runId, status: runStatusSchema }),
);

export const artifactListSchema = named(
  'ArtifactList',
  z.object({
    items: z.array(
      named(
        'Artifact',
        z.object({
          name: z.string().meta({ examples: ['chart.svg'] }),
          node_id: z.string(),
          content_type: z.string().meta({ examples: ['image/svg+xml'] }),
          bytes: z.int().min(0),
          sha256: z.string(),
          url: z.string(),
          created_at: timestamp,
        }),
      ),
    ),
  }),
);

export type StartRunBody = z.output<typeof startRunSchema>;
export type RetryRunBody = z.output<typeof retryRunSchema>;
