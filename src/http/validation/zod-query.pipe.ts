import { Injectable, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { type ProblemDetail, ProblemError } from '../problem/index.js';
import { capDetails } from './capped-details.js';
import { isListSchema } from './known-keys.js';
import { faultsOf } from './zod-faults.js';

type QuerySchema = z.ZodObject<z.core.$ZodShape>;

/**
 * Parses the query of a request: `@Query(new ZodQueryPipe(schema)) query: z.output<typeof schema>`. Each field of the
 * schema is one parameter, read from text; a field that is an array may be repeated, any other may not. Unknown
 * parameters are refused.
 */
@Injectable()
export class ZodQueryPipe<Schema extends QuerySchema> implements PipeTransform<unknown, z.output<Schema>> {
  constructor(private readonly schema: Schema) {}

  /** @throws {ProblemError} `invalid-parameter`, naming each parameter at fault. */
  transform(query: unknown): z.output<Schema> {
    const details: ProblemDetail[] = [];
    const values: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(query as Readonly<Record<string, string | string[]>>)) {
      const detail = this.read(name, value, values);
      if (detail !== undefined) details.push(detail);
    }
    const parsed = this.schema.safeParse(values, { reportInput: true });
    if (parsed.success && details.length === 0) return parsed.data;
    for (const { path, code, message } of parsed.success ? [] : faultsOf(this.schema, parsed.error)) {
      const parameter = String(path[0]);
      if (!details.some((detail) => detail.parameter === parameter)) details.push({ parameter, code, message });
    }
    throw invalidQuery(details);
  }

  /** Puts one parameter into `values` in the shape its field takes, or says why it cannot. */
  private read(
    name: string,
    value: string | string[],
    values: Record<string, string | string[]>,
  ): ProblemDetail | undefined {
    const shape = this.schema.shape;
    const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (field === undefined) {
      const accepted = Object.keys(shape).join(', ') || 'none';
      return {
        parameter: name.slice(0, 100),
        code: 'unknown-parameter',
        message: `is unknown here; accepted: ${accepted}`,
      };
    }
    if (isListSchema(field)) {
      values[name] = Array.isArray(value) ? value : [value];
      return undefined;
    }
    if (Array.isArray(value)) return { parameter: name, code: 'repeated', message: 'is given more than once' };
    values[name] = value;
    return undefined;
  }
}

function invalidQuery(details: readonly ProblemDetail[]): ProblemError {
  const names = [...new Set(details.map((detail) => detail.parameter))].slice(0, 10).join(', ');
  return new ProblemError('invalid-parameter', `not valid in the query: ${names}`, { errors: capDetails(details) });
}
