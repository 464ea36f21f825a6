/** What of an OpenAPI document says how an operation is called. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: object;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
}

/** A request in which `{graph_id}`, `{run_id}` and `{key_id}` stand for ids. */
export interface RequestTemplate {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
}

export interface Operation {
  readonly id: string;
  /** Every way to call it that the tables know. */
  readonly templates: readonly RequestTemplate[];
}

export interface Tables {
  /** Values of parameters, by where they stand and their name. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** Bodies, by operation. */
  readonly bodies: Readonly<Record<string, readonly unknown[]>>;
}

const ID = /\{(?:graph_id|run_id|key_id)\}/;

/** Whether a request names something that lives in a namespace. */
export function namesAnId({ path, body = '' }: RequestTemplate): boolean {
  return ID.test(path) || ID.test(body);
}

/** The request with ids in it. */
export function withIds(template: RequestTemplate, ids: Readonly<Record<string, string>>): RequestTemplate {
  const fill = (text: string): string =>
    Object.entries(ids).reduce((filled, [name, id]) => filled.replaceAll(`{${name}}`, id), text);
  const { method, path, headers, body } = template;
  return { method, path: fill(path), headers, body: body === undefined ? undefined : fill(body) };
}

/**
 * Every operation of the document with the requests that the tables make of it: each path and body as it is, then with each
 * value of each other parameter.
 *
 * @throws if a table has nothing for a parameter or a body, so that no operation is left out because nobody thought of it.
 */
export function operationsOf(document: OpenApiDocument, tables: Tables): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId,
      templates: templatesOf(method.toUpperCase(), path, operation, tables),
    })),
  );
}

function templatesOf(method: string, path: string, operation: DocumentedOperation, tables: Tables): RequestTemplate[] {
  const { operationId: id, parameters = [] } = operation;
  const valuesOf = (parameter: Parameter): readonly string[] =>
    known(
      tables.parameters[`${parameter.in}:${parameter.name}`],
      `the ${parameter.in} parameter ${parameter.name}`,
      id,
    );
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const others = parameters.filter((parameter) => parameter.in !== 'path');
  const paths = inPath.reduce(
    (filled, parameter) =>
      filled.flatMap((text) => valuesOf(parameter).map((value) => text.replace(`{${parameter.name}}`, value))),
    [path],
  );
  const bodies =
    operation.requestBody === undefined ? [undefined] : known(tables.bodies[id], 'the body', id).map(textOf);
  const plain = paths.flatMap((filled) => bodies.map((body) => ({ method, path: filled, headers: {}, body })));
  const more = plain.flatMap((template) =>
    others.flatMap((parameter) => valuesOf(parameter).map((value) => withParameter(template, parameter, value))),
  );
  return [...plain, ...more];
}

function withParameter(template: RequestTemplate, { in: place, name }: Parameter, value: string): RequestTemplate {
  if (place === 'header') return { ...template, headers: { ...template.headers, [name]: value } };
  const text = /^\{\w+\}$/.test(value) ? value : encodeURIComponent(value);
  return { ...template, path: `${template.path}?${name}=${text}` };
}

function textOf(body: unknown): string | undefined {
  return body === undefined ? undefined : JSON.stringify(body);
}

function known<Value>(value: Value | undefined, what: string, operation: string): Value {
  if (value !== undefined) return value;
  throw new Error(
    `${operation}: nobody has said what to send as ${what}: add a line to the tables of every-operation.spec.ts`,
  );
}
