import { z } from 'zod';
import { anyJson } from '../../../sdk/index.js';
import { isForbiddenHeader } from './forbidden-headers.js';

export const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

/** More than any service asks for. */
const MAX_HEADERS = 100;

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,256}$/;

const headerValue = z
  .string()
  .max(16_384)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, { error: 'must be a header value: one line of Latin-1 characters' });
const headers = z.record(z.string(), headerValue).superRefine((given, context) => {
  const names = Object.keys(given);
  if (names.length > MAX_HEADERS) context.addIssue(`has ${names.length} headers; ${MAX_HEADERS} are accepted`);
  for (const name of names) {
    if (!HEADER_NAME.test(name)) context.addIssue({ code: 'custom', path: [name], message: 'must be a header name' });
  }
});

const requestFields = {
  url: z
    .string()
    .max(8_192)
    .refine(isHttpUrl, { error: 'must be an absolute http or https URL', abort: true })
    .meta({ description: 'Absolute http or https URL.', format: 'uri', examples: ['https://example.com'] }),
  method: z.enum(HTTP_METHODS).default('GET'),
  headers: headers.optional(),
  json: anyJson.optional().meta({ description: 'Sent as application/json; not together with body.' }),
  body: z
    .string()
    .optional()
    .meta({ description: 'Sent as text/plain unless headers say otherwise; not together with json.' }),
  follow_redirects: z.int().min(0).max(20).default(5).meta({ description: 'Redirects followed at most.' }),
  accept_status: z
    .array(z.int().min(100).max(599))
    .max(100)
    .optional()
    .meta({ description: 'Statuses of 400 and above that are not a failure.' }),
};

type RequestFields = z.output<z.ZodObject<typeof requestFields>>;

/** A request, as agents hand it to the tool. The guard refuses headers that no request may set. */
export const httpRequest = z.strictObject(requestFields).superRefine(checkBody);
export type HttpRequest = z.output<typeof httpRequest>;

/** A request, as graphs write it: what the guard would refuse of its headers is a fault of the graph already. */
export const httpRequestParams = z
  .strictObject({ ...requestFields, headers: headers.superRefine(checkSettable).optional() })
  .superRefine(checkBody);

/** An answer, as graphs read it. */
export const httpResponse = z.strictObject({
  status: z.int(),
  headers: z
    .record(z.string(), z.string())
    .meta({ description: 'Names in lower case; several values of one name are joined with ", ".' }),
  content_type: z.string().nullable(),
  body: z.string().meta({ description: 'The body as text, decompressed and decoded.' }),
  json: anyJson.optional().meta({ description: 'The parsed body, when its type is JSON and it parses.' }),
});
export type HttpResponse = z.output<typeof httpResponse>;

function isHttpUrl(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}

function checkBody({ method, json, body }: RequestFields, context: z.RefinementCtx): void {
  if (json !== undefined && body !== undefined) context.addIssue('give json or body, not both');
  if ((json !== undefined || body !== undefined) && (method === 'GET' || method === 'HEAD')) {
    context.addIssue(`a ${method} request has no body: set method, to POST for instance`);
  }
}

function checkSettable(given: Readonly<Record<string, string>>, context: z.RefinementCtx): void {
  for (const name of Object.keys(given)) {
    if (!isForbiddenHeader(name)) continue;
    context.addIssue({ code: 'custom', path: [name], message: 'is a header that a request cannot set' });
  }
}
