import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { createParser } from 'eventsource-parser';
import { closedAnswers } from '../../support/closed-answers.js';
import type { Document, DocumentedAnswer, MediaType, Operation, Schema } from './document.js';
import type { FuzzRequest } from './requests.js';
import type { FuzzAnswer } from './send.js';

/** What must never leave the process, whatever a client sends. */
const LEAKS = [
  /\n\s+at .+:\d+:\d+/,
  /node_modules/,
  /SQLITE_/,
  /\b(SELECT|INSERT|UPDATE) .+ (FROM|INTO|SET)\b/,
  new RegExp(process.cwd()),
];

/** Says what is wrong with an answer, going by the document alone. */
export class Judge {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<Schema, ValidateFunction>();

  constructor(document: Document) {
    addFormats.default(this.ajv);
    this.ajv.addSchema(closedAnswers(document), 'openapi');
  }

  faults(operation: Operation, request: FuzzRequest, answer: FuzzAnswer): string[] {
    const { status } = answer;
    const documented = operation.responses[String(status)];
    if (documented === undefined) return [`answered ${status}, which is not documented: ${answer.text.slice(0, 500)}`];
    return [
      ...(status >= 500 && status !== 503 ? [`answered ${status}: ${answer.text.slice(0, 500)}`] : []),
      ...(request.isValid && (status === 400 || status === 431)
        ? [`a request as documented was answered ${status}: ${answer.text.slice(0, 500)}`]
        : []),
      ...(request.isValid && status === 422 ? shapeFaults(answer) : []),
      ...this.headerFaults(documented, answer),
      ...this.bodyFaults(documented, answer),
      ...LEAKS.filter((leak) => leak.test(answer.text)).map((leak) => `the answer tells what matches ${String(leak)}`),
    ];
  }

  private headerFaults(documented: DocumentedAnswer, { status, headers }: FuzzAnswer): string[] {
    // An answer that was given before says so; the first one does not.
    const optional = new Set(['Idempotency-Replayed']);
    const missing = Object.keys(documented.headers ?? {}).filter(
      (name) => !optional.has(name) && headers[name.toLowerCase()] === undefined,
    );
    return [
      ...missing.map((name) => `answered ${status} without ${name}`),
      ...(headers['x-request-id'] === undefined ? ['answered without X-Request-ID'] : []),
      ...(headers['x-powered-by'] === undefined ? [] : ['tells what it is made with']),
    ];
  }

  private bodyFaults({ content }: DocumentedAnswer, answer: FuzzAnswer): string[] {
    const type = answer.headers['content-type']?.split(';')[0] ?? '';
    if (content === undefined)
      return answer.text === '' ? [] : [`${answer.status} has a body: ${answer.text.slice(0, 200)}`];
    const media = content[type] ?? content['*/*'];
    if (media === undefined)
      return [`answered ${answer.status} as ${type}, documented is ${Object.keys(content).join(', ')}`];
    if (type === 'text/event-stream') return this.streamFaults(media, answer.text);
    if (!/[/+]json$/.test(type) || content[type] === undefined) return [];
    const body = parsed(answer.text);
    if (body === undefined) return [`is no JSON: ${answer.text.slice(0, 200)}`];
    return [
      ...this.schemaFaults(media, body),
      ...(type === 'application/problem+json' ? problemFaults(media, body, answer) : []),
    ];
  }

  private streamFaults(media: MediaType, text: string): string[] {
    const faults: string[] = [];
    let seq = 0;
    const parser = createParser({
      onEvent: ({ event, data, id }) => {
        const value = parsed(data) as { readonly type?: string; readonly seq?: number } | undefined;
        if (value === undefined) faults.push(`an event is no JSON: ${data.slice(0, 200)}`);
        else faults.push(...this.schemaFaults(media, value));
        if (value?.type !== undefined && value.type !== event)
          faults.push(`an event ${event} says that it is ${value.type}`);
        if (id === undefined) return;
        if (Number(id) !== value?.seq || Number(id) <= seq) faults.push(`an event has the id ${id} after ${seq}`);
        seq = Number(id);
      },
    });
    parser.feed(text);
    return faults;
  }

  private schemaFaults({ schema = {} }: MediaType, body: unknown): string[] {
    const validate = this.validatorOf(schema);
    if (validate(body) === true) return [];
    return [
      `breaks its schema: ${this.ajv.errorsText(validate.errors?.slice(0, 5))} in ${JSON.stringify(body).slice(0, 500)}`,
    ];
  }

  private validatorOf(schema: Schema): ValidateFunction {
    const known = this.validators.get(schema);
    if (known !== undefined) return known;
    const validate = this.ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as object);
    this.validators.set(schema, validate);
    return validate;
  }
}

/** What the service says about the shape of a body, rather than about its meaning. */
const ABOUT_SHAPE = /^(too-(big|small)|invalid-(type|value|format)|unknown-field|required|invalid)$/;

/**
 * A body as documented may break a rule, but never by its shape: then the schema promises too much. What stands in `params`
 * has the schema of its agent.
 */
function shapeFaults({ text }: FuzzAnswer): string[] {
  const { errors = [] } = parsed(text) as {
    readonly errors?: readonly { code: string; pointer?: string; message: string }[];
  };
  return errors
    .filter(({ code, pointer = '' }) => ABOUT_SHAPE.test(code) && !/\/params(\/|$)/.test(pointer))
    .map(
      ({ pointer, code, message }) => `a body as documented was refused for its shape: ${pointer} ${code}: ${message}`,
    );
}

/** A problem is one of those that the operation documents, and fits what it came with. */
function problemFaults({ examples = {} }: MediaType, body: unknown, { status, headers }: FuzzAnswer): string[] {
  const problem = body as { readonly type?: unknown; readonly status?: unknown; readonly request_id?: unknown };
  const code = String(problem.type).replace('/problems/', '');
  return [
    ...(Object.hasOwn(examples, code)
      ? []
      : [`answered ${status} ${code}, documented is ${Object.keys(examples).join(', ')}`]),
    ...(problem.status === status ? [] : [`a problem of status ${String(problem.status)} came as ${status}`]),
    ...(problem.request_id === headers['x-request-id'] ? [] : ['the problem has another request id than its header']),
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
