import { z } from 'zod';
import { queryInteger } from '../validation/index.js';
import { decodeCursor } from './page.js';

/** The `limit` parameter: above `max` is an error, never quietly less. */
export function limitQuery(bounds: { readonly default: number; readonly max: number }) {
  return queryInteger({ min: 1, max: bounds.max }).default(bounds.default);
}

/** The `cursor` parameter, decoded to the id of the last item of the page before, which must match `id`. */
export function cursorQuery<Id extends string = string>(id: RegExp) {
  return z
    .string()
    .transform((cursor, context): Id => {
      const decoded = decodeCursor(cursor, id);
      if (decoded !== undefined) return decoded as Id;
      context.addIssue({ code: 'custom', message: 'is not a cursor of this list: pass next_cursor as it was given' });
      return z.NEVER;
    })
    .optional();
}
