import { z } from 'zod';
import { GRAPH_ID, type GraphId, MAX_VERSION } from '../../executor/core/index.js';
import { boundedText } from '../../executor/index.js';
import { cursorQuery, limitQuery, queryInteger } from '../../http/index.js';

export const listGraphsQuery = z.strictObject({
  limit: limitQuery({ default: 50, max: 200 }),
  cursor: cursorQuery<GraphId>(GRAPH_ID),
  name: boundedText({ min: 1, max: 200 }).optional(),
});

export const getGraphQuery = z.strictObject({
  version: queryInteger({ min: 1, max: MAX_VERSION }).optional(),
});

export type ListGraphsQuery = z.output<typeof listGraphsQuery>;
export type GetGraphQuery = z.output<typeof getGraphQuery>;
