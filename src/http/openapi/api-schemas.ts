import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { toPlainSchema } from './plain-schema.js';

type JsonSchema = Record<string, unknown>;

/** The zod schemas that the OpenAPI document shows under a name of their own. */
const API_SCHEMAS = z.registry<{ readonly id: string }>();

/** Gives a schema its name in the OpenAPI document; wherever it stands inside another one, it is referred to. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  API_SCHEMAS.add(schema, { id });
  return schema;
}

/** All named schemas as the components of an OpenAPI 3.1 document. */
export function componentSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(API_SCHEMAS, {
    uri: refTo,
    io: 'input',
    unrepresentable: 'any',
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, toPlainSchema(schema) as JsonSchema]));
}

function refTo(id: string): string {
  return `#/components/schemas/${id}`;
}

function reference(schema: z.ZodType): { readonly $ref: string } {
  const id = API_SCHEMAS.get(schema)?.id;
  if (id === undefined) throw new TypeError('only a schema that was given a name can be documented: use named()');
  return { $ref: refTo(id) };
}

/** Documents the JSON body of an operation; each example is sent by a test. */
export function ApiJsonBody(
  schema: z.ZodType,
  options: { readonly examples: Readonly<Record<string, unknown>>; readonly required?: boolean },
): MethodDecorator {
  const examples = Object.fromEntries(Object.entries(options.examples).map(([name, value]) => [name, { value }]));
  return applyDecorators(ApiBody({ schema: reference(schema), examples, required: options.required ?? true }));
}

export interface AnswerOptions {
  readonly description: string;
  readonly example?: unknown;
  /** Name → description. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Documents an answer that is a stream of Server-Sent Events. OpenAPI 3.1 has no word for its items: by the convention of
 * those who generate clients, the schema is that of each event's `data`.
 */
export function ApiEventStream(
  data: z.ZodType,
  options: { readonly description: string; readonly examples: Readonly<Record<string, unknown>> },
): MethodDecorator {
  const examples = Object.fromEntries(Object.entries(options.examples).map(([name, value]) => [name, { value }]));
  return applyDecorators(
    ApiResponse({
      status: 200,
      description: options.description,
      content: { 'text/event-stream': { schema: reference(data), examples } },
    }),
  );
}

/** Documents a JSON answer of an operation. */
export function ApiJsonAnswer(status: number, schema: z.ZodType, options: AnswerOptions): MethodDecorator {
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' as const } },
    ]),
  );
  const example = options.example === undefined ? {} : { example: options.example };
  return applyDecorators(
    ApiResponse({
      status,
      description: options.description,
      ...(options.headers === undefined ? {} : { headers }),
      content: { 'application/json': { schema: reference(schema), ...example } },
    }),
  );
}
