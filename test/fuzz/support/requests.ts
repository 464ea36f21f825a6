import fc, { type Arbitrary } from 'fast-check';
import { broken } from './broken-json.js';
import type { Operation, Parameter } from './document.js';
import type { Json, SchemaArbitraries } from './schema-arbitrary.js';

export interface FuzzRequest {
  readonly method: string;
  /** Path and query, exactly as they go out. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** The document says that it is well-formed; whether ids exist and rules hold is another matter. */
  readonly isValid: boolean;
}

interface Part<Value> {
  readonly value: Value;
  readonly isValid: boolean;
}

const STRANGE_SEGMENTS = [
  'unknown',
  '%',
  '%ZZ',
  '%00',
  '%2F',
  '%2e%2e%2f',
  '%F0%9F%99%82',
  '__proto__',
  "'--",
  '%20',
  'x'.repeat(2_000),
  'R_01JD9X3K5R7S8T9V0W1X2Y3Z4B',
];
const STRANGE_TEXTS = [
  '',
  ' ',
  '-1',
  '0',
  '00',
  '1e3',
  '0x10',
  '1.5',
  'NaN',
  'Infinity',
  '99999999999999999999',
  'true',
  'null',
  '\0',
  'é🙂',
  '%',
  "' OR 1=1",
  'a:b',
  'g_01jd9x3k5r7s8t9v0w1x2y3z4a',
  'Z19',
  '2026-13-01T00:00:00Z',
  'x'.repeat(1_000),
];

/** A body that waits would make the fuzzer wait. */
const PATIENCE = fc.constantFrom('0', '0.01', '0.05');
const TAMED: Readonly<Record<string, Arbitrary<string>>> = { 'startRun wait': PATIENCE };

/** Makes requests to one operation: as documented, a little broken, or quite. */
export function requestsTo(operation: Operation, schemas: SchemaArbitraries, key: string): Arbitrary<FuzzRequest> {
  return fc
    .tuple(
      pathOf(operation, schemas),
      queryOf(operation, schemas),
      headersOf(operation, schemas, key),
      bodyOf(operation, schemas),
    )
    .map(([path, query, headers, body]) => ({
      method: operation.method,
      target: path.value + query.value,
      headers: { ...body.value.headers, ...headers.value },
      body: body.value.bytes,
      isValid: path.isValid && query.isValid && headers.isValid && body.isValid,
    }));
}

function mostly<Value>(valid: Arbitrary<Value>, strange: Arbitrary<Value>, weight = 5): Arbitrary<Part<Value>> {
  return fc.oneof(
    { weight, arbitrary: valid.map((value) => ({ value, isValid: true })) },
    { weight: 1, arbitrary: strange.map((value) => ({ value, isValid: false })) },
  );
}

function pathOf({ path, parameters }: Operation, schemas: SchemaArbitraries): Arbitrary<Part<string>> {
  const segments = parameters
    .filter((parameter) => parameter.in === 'path')
    .map((parameter) => {
      const valid = schemas
        .named(parameter.name, parameter.schema)
        .map((value) => encodeURIComponent(plainText(value)));
      // An empty segment, or one that a path swallows, is another route.
      const real = valid.filter((text) => !/^\.{0,2}$/.test(text));
      return mostly(real, fc.constantFrom(...STRANGE_SEGMENTS), 8).map((part) => ({ ...part, name: parameter.name }));
    });
  return fc.tuple(...segments).map((parts) => ({
    value: parts.reduce((text, { name, value }) => text.replace(`{${name}}`, () => value), path),
    isValid: parts.every(({ isValid }) => isValid),
  }));
}

function queryOf(operation: Operation, schemas: SchemaArbitraries): Arbitrary<Part<string>> {
  const pairs = operation.parameters
    .filter((parameter) => parameter.in === 'query')
    .map((parameter) => {
      const name = encodeURIComponent(parameter.name);
      const tamed = TAMED[`${operation.id} ${parameter.name}`];
      const valid = tamed === undefined ? valuesOf(parameter, schemas) : tamed.map((text) => [text]);
      const strange = fc.array(fc.constantFrom(...STRANGE_TEXTS), { minLength: 1, maxLength: 3 });
      const given = mostly(valid, strange).map(({ value, isValid }) => ({
        value: value.map((text) => `${name}=${encodeURIComponent(text)}`),
        isValid,
      }));
      const absent = fc.constant({ value: [] as string[], isValid: parameter.required !== true });
      return fc.oneof({ weight: 2, arbitrary: absent }, { weight: 1, arbitrary: given });
    });
  const unknown = fc.oneof(
    { weight: 15, arbitrary: fc.constant({ value: [] as string[], isValid: true }) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('x=1', 'limit[]=1', '__proto__=1', '%ZZ=%', '&&=', 'a')
        .map((text) => ({ value: [text], isValid: false })),
    },
  );
  return fc.tuple(unknown, ...pairs).map((parts) => {
    const text = parts.flatMap(({ value }) => value).join('&');
    return { value: text === '' ? '' : `?${text}`, isValid: parts.every(({ isValid }) => isValid) };
  });
}

function valuesOf(parameter: Parameter, schemas: SchemaArbitraries): Arbitrary<string[]> {
  return schemas.named(parameter.name, parameter.schema).map((value) => {
    if (!Array.isArray(value)) return [plainText(value)];
    const texts = value.map(plainText);
    // A comma between values is one more separator: what holds one cannot be sent so.
    return parameter.explode === false ? (texts.length === 0 ? [] : [texts.join(',')]) : texts;
  });
}

/** Numbers as people write them: a query has no exponents. */
function plainText(value: Json): string {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(6);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function headersOf(
  operation: Operation,
  schemas: SchemaArbitraries,
  key: string,
): Arbitrary<Part<Record<string, string>>> {
  const documented = operation.parameters
    .filter((parameter) => parameter.in === 'header')
    .map((parameter) => {
      const valid = schemas.named(parameter.name, parameter.schema).map(String).filter(isHeaderValue);
      const strange = fc.constantFrom('', 'é', '-1', '1.5', 'x'.repeat(300), ' ', 'W/"*"', '*');
      const given = mostly(valid, strange, 3).map(({ value, isValid }) => ({
        value: { [parameter.name]: value },
        isValid,
      }));
      return fc.oneof(
        { weight: 1, arbitrary: fc.constant({ value: {}, isValid: true }) },
        { weight: 1, arbitrary: given },
      );
    });
  const harmless = fc.constantFrom<Record<string, string>>(
    {},
    {},
    { Accept: 'text/html' },
    { Accept: 'application/json;q=0' },
    { 'X-Request-ID': 'fuzz.1' },
    { 'X-Request-ID': 'not valid' },
    { 'Accept-Encoding': 'br;q=1, *;q=0' },
    { 'If-None-Match': '*' },
    { Range: 'bytes=0-1' },
    { 'X-HTTP-Method-Override': 'DELETE' },
  );
  const credentials = fc.oneof(
    { weight: 20, arbitrary: fc.constant({ value: { 'X-API-Key': key }, isValid: true }) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom<Record<string, string>>(
          {},
          { 'X-API-Key': 'wrong' },
          { Authorization: 'Bearer a.b.c' },
          { Authorization: 'Basic eDp5' },
        )
        .map((value) => ({ value, isValid: false })),
    },
  );
  return fc.tuple(harmless, credentials, ...documented).map(([extra, ...parts]) => ({
    value: Object.assign({}, extra, ...parts.map(({ value }) => value)) as Record<string, string>,
    isValid: parts.every(({ isValid }) => isValid),
  }));
}

function isHeaderValue(text: string): boolean {
  return /^[\x20-\x7e\x80-\xff]*$/.test(text);
}

interface Sent {
  readonly bytes: Buffer | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const STRANGE_BODIES: readonly Sent[] = [
  { bytes: Buffer.from('{"a":1'), headers: JSON_TYPE },
  { bytes: Buffer.from('{"a":1,"a":2}'), headers: JSON_TYPE },
  { bytes: Buffer.from('{"a":1e999}'), headers: JSON_TYPE },
  { bytes: Buffer.from('\uFEFF{}'), headers: JSON_TYPE },
  { bytes: Buffer.from([0x22, 0xff, 0xfe, 0x22]), headers: JSON_TYPE },
  { bytes: Buffer.from('[1]'), headers: JSON_TYPE },
  { bytes: Buffer.from('null'), headers: JSON_TYPE },
  { bytes: Buffer.from('"x"'), headers: JSON_TYPE },
  { bytes: Buffer.from('{}'), headers: {} },
  { bytes: Buffer.from('{}'), headers: { 'Content-Type': 'text/plain' } },
  { bytes: Buffer.from('{}'), headers: { 'Content-Type': 'application/json; charset=latin1' } },
  { bytes: Buffer.from('{}'), headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' } },
  { bytes: Buffer.from('{}'), headers: { ...JSON_TYPE, 'Content-Encoding': 'zstd' } },
  { bytes: Buffer.alloc(0), headers: JSON_TYPE },
  { bytes: Buffer.from('a=b'), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
];

function bodyOf({ body, method }: Operation, schemas: SchemaArbitraries): Arbitrary<Part<Sent>> {
  const none = fc.constant<Part<Sent>>({ value: { bytes: undefined, headers: {} }, isValid: body?.required !== true });
  const strange = fc.constantFrom(...STRANGE_BODIES).map((value) => ({ value, isValid: false }));
  // What a method without a body brings one for is read by nobody, but it must do no harm.
  if (body === undefined) {
    const others =
      method === 'GET' ? fc.constant<Part<Sent>>({ value: { bytes: undefined, headers: {} }, isValid: true }) : strange;
    return fc.oneof({ weight: 6, arbitrary: none }, { weight: 1, arbitrary: others });
  }
  const asJson = (value: Json): Sent => ({ bytes: Buffer.from(JSON.stringify(value)), headers: JSON_TYPE });
  const made = schemas.of(body.schema);
  const valid = body.examples.length === 0 ? made : fc.oneof(made, fc.constantFrom(...(body.examples as Json[])));
  return fc.oneof(
    { weight: 8, arbitrary: valid.map((value) => ({ value: asJson(value), isValid: true })) },
    { weight: 8, arbitrary: broken(valid).map((value) => ({ value: asJson(value), isValid: false })) },
    { weight: 2, arbitrary: strange },
    { weight: 1, arbitrary: none },
  );
}
