import type { z } from 'zod';
import { AgentError, checkSchema, summariseIssues } from '../../plugins/index.js';

/**
 * Checks a value against a schema and fills in its defaults.
 *
 * @param what Name of the value in the message.
 * @throws {AgentError} of `errorType`, not retryable, naming the faults and where they are.
 */
export function parseWith(schema: z.ZodType, value: unknown, errorType: string, what: string): unknown {
  const checked = checkSchema(schema, value);
  if (checked.ok) return checked.value;
  throw new AgentError(summariseIssues(checked.issues, value, what), { type: errorType, retryable: false });
}
