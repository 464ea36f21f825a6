import { z } from 'zod';
import type { JsonObject } from '../../executor/core/index.js';
import { PluginRegistrationError } from './registry.errors.js';

/**
 * A zod schema as JSON Schema 2020-12.
 *
 * @param io `input` describes what is given to the plugin (a key with a default may be left out), `output` what it yields.
 * @throws {PluginRegistrationError} if JSON Schema cannot express it (a transform in an output, a date, a bigint).
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output', where: string): JsonObject {
  try {
    return z.toJSONSchema(schema, { target: 'draft-2020-12', io }) as JsonObject;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PluginRegistrationError(
      `${where} cannot be written as JSON Schema (${reason}): use zod types that describe plain JSON`,
      { cause },
    );
  }
}
