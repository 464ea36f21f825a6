import { z } from 'zod';
import { KEY_ID, type KeyId } from '../../executor/core/index.js';
import { cursorQuery, limitQuery } from '../../http/pagination/index.js';

export const listKeysQuery = z.strictObject({
  limit: limitQuery({ default: 50, max: 200 }),
  cursor: cursorQuery<KeyId>(KEY_ID),
});

export type ListKeysQuery = z.output<typeof listKeysQuery>;
