import { z } from 'zod';
import { LEVELS, type RunEventType } from '../../executor/core/index.js';
import { named } from '../../http/openapi/index.js';
import {
  graphIdField,
  json,
  jsonObject,
  nodeError,
  progress,
  runError,
  runId,
  runStatusSchema,
  skipCause,
  skipReason,
} from './run.schemas.js';

const COMPONENTS = '#/components/schemas/';

const anyEvent = {
  seq: z.int().min(1).meta({ description: '1, 2, 3 … within the run, without a gap.' }),
  ts: z.number().meta({ description: 'Seconds since 1970, with a fraction.' }),
  lvl: named('Level', z.enum(LEVELS)),
  msg: z.string().meta({ description: 'For people; may change.' }),
  run_id: runId.optional().meta({ description: 'In streams alone: there always.' }),
};
const ofNode = {
  node_id: z.string(),
  attempt: z.int().min(0).meta({ description: 'The attempt it belongs to, from 1; 0 when none was made.' }),
};
const withData = <Data extends z.ZodRawShape>(shape: Data) => ({ data: z.object(shape) });

const output = {
  output: json.optional(),
  output_ref: named(
    'OutputRef',
    z
      .object({
        artifact: z.string().meta({ examples: ['$output.fetch.1.json'] }),
        bytes: z.int().min(0),
        sha256: z.string(),
      })
      .meta({ description: 'Where an output is kept that is too large for the journal: a file of the run, as JSON.' }),
  )
    .optional()
    .meta({ description: 'In the place of `output` when that has more than EXECUTION__MAX_OUTPUT_BYTES.' }),
};

const traceContext = named(
  'TraceContext',
  z
    .object({
      traceparent: z.string().meta({ examples: ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'] }),
      tracestate: z.string().optional(),
    })
    .meta({ description: 'The headers of that name, as W3C Trace Context has them.' }),
);

const event = <Type extends RunEventType, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  named(schemaNameOf(type), z.object({ ...anyEvent, type: z.literal(type), ...shape }));

const events = [
  event('run.queued', {
    progress,
    ...withData({
      graph_id: graphIdField,
      graph_version: z.int(),
      input: json,
      settings: jsonObject,
      options: jsonObject.optional().meta({ description: 'What the client asked to be different from the graph.' }),
      retry_of: runId.optional().meta({ description: 'The run that this one retries.' }),
      root_run_id: runId.optional().meta({ description: 'The first run of the chain of retries.' }),
      params: jsonObject.optional().meta({ description: 'Of a retry: params, by node, that differ from the graph.' }),
      skip: z.array(z.string()).optional().meta({ description: 'Of a retry: nodes that are not to run.' }),
      retry_of_traceparent: z.string().optional().meta({ description: 'Of a retry: where the retried run is traced.' }),
      trace: traceContext.optional().meta({ description: 'Where the run is traced; absent unless tracing is on.' }),
    }),
  }),
  event('run.started', {}),
  event('run.recovered', withData({ epoch: z.int().meta({ description: 'One more each time.' }) })),
  event('run.cancel_requested', {}),
  event('run.succeeded', { progress, data: z.object({ warnings: z.array(z.string()) }).optional() }),
  event('run.failed', withData({ error: runError })),
  event('run.cancelled', {}),
  event('node.reused', {
    ...ofNode,
    progress,
    ...withData({
      ...output,
      from_run: runId.nullable().meta({ description: 'The run that made the output; null when the client gave it.' }),
    }),
  }),
  event('node.started', ofNode),
  event('node.log', { ...ofNode, data: jsonObject.optional().meta({ description: 'Whatever the agent adds.' }) }),
  event('node.progress', {
    ...ofNode,
    ...withData({
      percent: z.number().meta({ description: '0 to 100 of this attempt.' }),
      message: z.string().optional(),
    }),
  }),
  event('node.retrying', {
    ...ofNode,
    ...withData({
      error: nodeError,
      wait_ms: z.number().meta({ description: 'Milliseconds until the next attempt may start.' }),
      due_at: z.number().meta({ description: 'When that is, in milliseconds since 1970.' }),
    }),
  }),
  event('node.interrupted', {
    ...ofNode,
    ...withData({
      cause: named('InterruptionCause', z.enum(['crash', 'bystander', 'lost', 'shutdown'])).meta({
        description:
          'crash: the process died under it; bystander: it died, but another node is suspected; lost: the run could not be ' +
          'written; shutdown: the process stopped in order. Only a crash counts towards EXECUTION__MAX_INTERRUPTIONS.',
      }),
    }),
  }),
  event('node.succeeded', { ...ofNode, progress, ...withData(output) }),
  event('node.failed', { ...ofNode, progress, ...withData({ error: nodeError }) }),
  event('node.skipped', {
    ...ofNode,
    progress,
    ...withData({ skip_reason: skipReason, skip_causes: z.array(skipCause) }),
  }),
  event('node.cancelled', {
    ...ofNode,
    progress,
    ...withData({
      ended: named('CancelledAttemptEnd', z.enum(['succeeded', 'failed', 'abandoned', 'not_running'])).meta({
        description: 'How the attempt under way really ended; its result counts no more.',
      }),
    }),
  }),
] as const;

export const logEntrySchema = named(
  'LogEntry',
  z.discriminatedUnion('type', events).meta({
    description: 'One event of a run’s journal; `type` tells which.',
    discriminator: {
      propertyName: 'type',
      mapping: Object.fromEntries(
        events.map(({ shape }) => [shape.type.value, COMPONENTS + schemaNameOf(shape.type.value)]),
      ),
    },
  }),
);

const lagged = named(
  'StreamLagged',
  z
    .object({ message: z.string() })
    .meta({ description: '`stream.lagged`: the client reads too slowly and is let go; it connects again.' }),
);

/** What the `data` of the events of one run’s stream may be. */
export const runStreamSchema = named(
  'RunStreamData',
  z
    .union([
      logEntrySchema,
      named(
        'StreamStart',
        z
          .object({ run_id: runId, status: runStatusSchema, progress, last_seq: z.int().min(0) })
          .meta({ description: '`stream.start`: the run when the stream began.' }),
      ),
      named(
        'StreamEnd',
        z
          .object({ run_id: runId, status: runStatusSchema })
          .meta({ description: '`stream.end`: the run has ended and all of it was sent.' }),
      ),
      lagged,
    ])
    .meta({ description: 'The `data` of one event; the name of the event tells which of them it is.' }),
);

/** What the `data` of the events of the stream of all runs may be. */
export const allRunsStreamSchema = named(
  'AllRunsStreamData',
  z
    .union([
      logEntrySchema,
      named('AllRunsStreamStart', z.object({}).meta({ description: '`stream.start`: what follows is new.' })),
      lagged,
    ])
    .meta({ description: 'The `data` of one event; the name of the event tells which of them it is.' }),
);

export const logSchema = named('Log', z.array(logEntrySchema));

/** `run.cancel_requested` → `RunCancelRequestedEvent` */
function schemaNameOf(type: RunEventType): string {
  const words = type.split(/[._]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Event`;
}
