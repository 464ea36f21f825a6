import { z } from 'zod';
import { GRAPH_ID } from '../../executor/core/index.js';
import {
  edgeOutcome,
  edgeSpec,
  failurePolicy,
  graphSpec,
  interruptPolicy,
  joinKind,
  nodeSpec,
  retrySpec,
  reusePolicy,
  runOptionsSpec,
} from '../../executor/index.js';
import { named } from '../../http/openapi/index.js';
import { WARNING_CODES } from '../validation/graph-fault.js';

named('Graph', graphSpec);
named('GraphNode', nodeSpec);
named('GraphEdge', edgeSpec);
named('RetryPolicy', retrySpec);
named('RunOptions', runOptionsSpec);
named('EdgeOutcome', edgeOutcome);
named('FailurePolicy', failurePolicy);
named('InterruptPolicy', interruptPolicy);
named('Join', joinKind);
named('ReusePolicy', reusePolicy);

const graphId = z
  .string()
  .meta({ description: 'Id of a graph.', pattern: GRAPH_ID.source, examples: ['g_01jd9x3k5r7s8t9v0w1x2y3z4a'] });
const version = z
  .int()
  .min(1)
  .meta({ description: 'Version of the graph, from 1.', examples: [1] });
const timestamp = z.iso.datetime().meta({ examples: ['2026-11-23T10:00:00.000Z'] });

export const graphFaultSchema = named(
  'GraphFault',
  z.object({
    pointer: z.string().meta({ description: 'Where in the body, as a JSON pointer.', examples: ['/nodes/0/type'] }),
    code: z.string().meta({ description: 'Short and stable.', examples: ['unknown-agent'] }),
    message: z.string().meta({ description: 'What is wrong and what is accepted.' }),
  }),
);

export const graphWarningSchema = named(
  'GraphWarning',
  z.object({
    code: named('GraphWarningCode', z.enum(WARNING_CODES)),
    message: z.string(),
    pointer: z.string().optional(),
  }),
);

export const createdGraphSchema = named(
  'CreatedGraph',
  z.object({ graph_id: graphId, version, warnings: z.array(graphWarningSchema) }),
);

export const graphVerdictSchema = named(
  'GraphVerdict',
  z.object({ valid: z.boolean(), errors: z.array(graphFaultSchema), warnings: z.array(graphWarningSchema) }),
);

export const graphItemSchema = named(
  'GraphItem',
  z.object({ graph_id: graphId, name: z.string(), version, created_at: timestamp, updated_at: timestamp }),
);

export const graphPageSchema = named(
  'GraphPage',
  z.object({
    items: z.array(graphItemSchema),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Pass it as `cursor` for the next page; null on the last.' }),
  }),
);

export const storedGraphSchema = named(
  'StoredGraph',
  z.object({
    graph_id: graphId,
    version,
    name: z.string(),
    created_at: timestamp,
    archived_at: timestamp.nullable(),
    graph: graphSpec,
  }),
);

export type CreatedGraph = z.output<typeof createdGraphSchema>;
export type GraphVerdictAnswer = z.output<typeof graphVerdictSchema>;
export type GraphItem = z.output<typeof graphItemSchema>;
export type StoredGraphAnswer = Omit<z.output<typeof storedGraphSchema>, 'graph'> & { readonly graph: unknown };
