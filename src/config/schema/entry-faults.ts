import type { z } from 'zod';
import { MASK } from './mask.js';

/** What is wrong with one part of a value that has several. */
export interface EntryFault {
  /** What stood there and where, without the value itself: it may be a secret. */
  readonly got: string;
  /** Ends a sentence that begins with "takes". */
  readonly takes: string;
}

const SHOWN_CHARACTERS = 40;

/** One fault per thing that is wrong; parse with `reportInput`, and let the messages of the schema say what it takes. */
export function entryFaults({ issues }: z.core.$ZodError, fields: readonly string[]): EntryFault[] {
  return issues.flatMap((issue) => {
    const place = placeOf(issue.path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        got: `the unknown field ${JSON.stringify(key.slice(0, SHOWN_CHARACTERS))} at ${place}`,
        takes: `the fields ${fields.join(', ')}`,
      }));
    }
    const isMissing = issue.code !== 'custom' && issue.input === undefined;
    return [{ got: `${isMissing ? 'nothing' : MASK} at ${place}`, takes: issue.message }];
  });
}

/** `[0].scopes[1]` */
function placeOf(path: readonly PropertyKey[]): string {
  return path.map((segment) => (typeof segment === 'number' ? `[${segment}]` : `.${String(segment)}`)).join('');
}
