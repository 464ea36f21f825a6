import { Injectable, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { type ProblemCode, ProblemError, jsonPointer } from '../problem/index.js';
import { capDetails, countOfFaults } from './capped-details.js';
import { faultsOf } from './zod-faults.js';

/**
 * Checks a JSON body: `@Body(new ZodBodyPipe(schema, 'graph-invalid')) body: z.input<typeof schema>`. The schema only
 * judges: what the handler gets is the very value that the client sent, with every key it had.
 */
@Injectable()
export class ZodBodyPipe<Schema extends z.ZodType> implements PipeTransform<unknown, z.input<Schema>> {
  /**
   * @param schema judges the body, an object
   * @param code answers a body that breaks a rule
   * @param options `optional`: a request without a body counts as `{}`
   */
  constructor(
    private readonly schema: Schema,
    private readonly code: ProblemCode,
    private readonly options: { readonly optional?: boolean } = {},
  ) {}

  /** @throws {ProblemError} `invalid-body` when there is no object, the given code when it breaks a rule. */
  transform(body: unknown): z.input<Schema> {
    const value = body === undefined && this.options.optional === true ? {} : body;
    assertBodyObject(value);
    const parsed = this.schema.safeParse(value, { reportInput: true });
    if (parsed.success) return value as z.input<Schema>;
    const faults = faultsOf(this.schema, parsed.error);
    const details = faults.map(({ path, code, message }) => ({ pointer: jsonPointer(path), code, message }));
    throw new ProblemError(this.code, `the body has ${countOfFaults(faults.length)}`, { errors: capDetails(details) });
  }
}

/** @throws {ProblemError} `invalid-body` unless the body is a JSON object. */
export function assertBodyObject(value: unknown): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new ProblemError('invalid-body', `the body is ${nameOf(value)}; a JSON object is wanted`);
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
