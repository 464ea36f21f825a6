import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { closedAnswers } from './closed-answers.js';

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>> }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Holds every JSON answer against the OpenAPI document that the service itself serves. */
export class AnswerChecker {
  private readonly ajv: Ajv2020;
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly routes: readonly { readonly pattern: RegExp; readonly path: string }[];

  constructor(private readonly document: object) {
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.ajv);
    this.ajv.addSchema(closedAnswers(document), 'openapi');
    // Paths without parameters first: /graphs/validate is not a graph.
    const paths = Object.keys((document as Document).paths).sort((a, b) => a.split('{').length - b.split('{').length);
    this.routes = paths.map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`) }));
  }

  /** @throws if the operation does not document the status or the kind of JSON, or the body does not match its schema. */
  check(method: string, url: string, response: Response, body: unknown): void {
    const pathname = url.split('?')[0] ?? '';
    const route = this.routes.find(({ pattern }) => pattern.test(pathname));
    const operation = route && (this.document as Document).paths[route.path]?.[method.toLowerCase()];
    if (route === undefined || operation === undefined) return;
    const documented = operation.responses[String(response.status)];
    if (documented === undefined) throw new Error(`${method} ${route.path} does not document ${response.status}`);
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    if (documented.content?.[type]?.schema === undefined) {
      if (!/[/+]json$/.test(type)) return;
      throw new Error(`${method} ${route.path} does not document ${response.status} as ${type}`);
    }
    const pointer = [route.path, method.toLowerCase(), 'responses', String(response.status), 'content', type, 'schema']
      .map((segment) => encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = this.validatorOf(`openapi#/paths/${pointer}`);
    if (validate(body) !== true) {
      const faults = this.ajv.errorsText(validate.errors?.slice(0, 5));
      throw new Error(
        `${method} ${route.path} answered ${response.status} with a body that breaks its schema: ${faults}`,
      );
    }
  }

  private validatorOf(ref: string): ValidateFunction {
    const known = this.validators.get(ref);
    if (known !== undefined) return known;
    const validate = this.ajv.compile({ $ref: ref });
    this.validators.set(ref, validate);
    return validate;
  }
}
