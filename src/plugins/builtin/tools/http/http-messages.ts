import { z } from 'zod';
import { anyJson } from '../../../sdk/index.js';

export const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

/** These belong to the connection, or must fit the body and the URL. */
const RESERVED_HEADERS = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const headerName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,256}$/, { error: 'must be a header name' })
  .refine((name) => !RESERVED_HEADERS.includes(name.toLowerCase()), { error: 'is a header that cannot be set' });
const headerValue = z
  .string()
  .max(16_384)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, { error: 'must be a header value: one line of Latin-1 characters' });

const requestFields = {
  url: z
    .string()
    .max(8_192)
    .refine(isHttpUrl, { error: 'must be an absolute http or https URL', abort: true })
    .meta({ description: 'Absolute http or https URL.', format: 'uri', examples: ['https://example.com'] }),
  method: z.enum(HTTP_METHODS).default('GET'),
  headers: z.record(headerName, headerValue).optional(),
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

/** A request, as graphs write it. */
export const httpRequest = z.strictObject(requestFields).superRefine(({ method, json, body }, context) => {
  if (json !== undefined && body !== undefined) context.addIssue('give json or body, not both');
  if ((json !== undefined || body !== undefined) && (method === 'GET' || method === 'HEAD')) {
    context.addIssue(`a ${method} request has no body: set method, to POST for instance`);
  }
});
export type HttpRequest = z.output<typeof httpRequest>;

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
