import { z } from 'zod';
import {
  GRAPH_ID,
  type GraphId,
  LEVELS,
  RUN_ID,
  RUN_STATUSES,
  type RunId,
  type RunStatus,
  graphId,
} from '../../executor/core/index.js';
import { boundedText } from '../../executor/index.js';
import { cursorQuery, limitQuery, queryInteger, queryNumber, queryTimestamp } from '../../http/index.js';
import { MAX_LABELS } from './run.schemas.js';

/** The highest `seq` that can be asked for: what 32 bits hold, as databases keep it. */
export const MAX_SEQ = 2_147_483_647;
/** `key:value`, as a filter takes it. */
export const LABEL = /^([A-Za-z0-9_.-]{1,63}):([\s\S]{0,255})$/u;

export const startRunQuery = z.strictObject({ wait: queryNumber({ min: 0, max: 60 }).optional() });

const statuses = z.array(z.string()).transform((texts, context): RunStatus[] =>
  texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const status = RUN_STATUSES.find((candidate) => candidate === text);
      if (status === undefined) {
        context.addIssue({ code: 'custom', message: `takes ${RUN_STATUSES.join(', ')}, several with commas between` });
      }
      return status ?? z.NEVER;
    }),
);

/** A run has no more labels than that, so nothing could match more. */
const labelTexts = z.array(z.string()).max(MAX_LABELS, { error: `takes at most ${MAX_LABELS}`, abort: true });

const labels = labelTexts.transform((texts, context): (readonly [string, string])[] =>
  texts.map((text) => {
    const [, key, value] = LABEL.exec(text) ?? [];
    if (key === undefined || value === undefined) context.addIssue({ code: 'custom', message: 'takes key:value' });
    return [key ?? '', value ?? ''];
  }),
);

export const listRunsQuery = z.strictObject({
  limit: limitQuery({ default: 50, max: 200 }),
  cursor: cursorQuery<RunId>(RUN_ID),
  status: statuses.optional(),
  graph_id: z
    .string()
    .regex(GRAPH_ID, { error: 'takes the id of a graph' })
    .transform((text): GraphId => graphId(text))
    .optional(),
  label: labels.optional(),
  created_after: queryTimestamp().optional(),
});

export const logsQuery = z.strictObject({
  after_seq: queryInteger({ min: 0, max: MAX_SEQ }).default(0),
  limit: limitQuery({ default: 1_000, max: 10_000 }),
  lvl: z.enum(LEVELS, { error: `takes ${LEVELS.join(', ')}` }).optional(),
  node_id: boundedText({ min: 1, max: 64 }).optional(),
});

export const streamQuery = z.strictObject({
  after_seq: queryInteger({ min: 0, max: MAX_SEQ }).optional(),
  // Looked at long before: only its name is known here.
  access_token: z.string().optional(),
});
export const noQuery = z.strictObject({});

export type StartRunQuery = z.output<typeof startRunQuery>;
export type ListRunsQuery = z.output<typeof listRunsQuery>;
export type LogsQuery = z.output<typeof logsQuery>;
export type StreamQuery = z.output<typeof streamQuery>;
