import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { type Document, operationsOf } from './document.js';
import { SchemaArbitraries } from './schema-arbitrary.js';

const document = JSON.parse(readFileSync('sdk/openapi.json', 'utf8')) as Document;

describe('SchemaArbitraries', () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const arbitraries = new SchemaArbitraries(document, { type: ['agent.echo'], id: ['a', 'b'] });

  const bodies = [...operationsOf(document).values()].flatMap(({ id, body }) =>
    body === undefined ? [] : [{ id, body }],
  );
  it.each(bodies)('makes bodies of $id that its schema takes', ({ body }) => {
    const validate = ajv.compile(JSON.parse(JSON.stringify(body.schema).replaceAll('"#/', '"openapi#/')) as object);
    fc.assert(
      fc.property(arbitraries.of(body.schema), (value) => {
        if (validate(value) !== true) throw new Error(ajv.errorsText(validate.errors));
        if (JSON.stringify(JSON.parse(JSON.stringify(value))) !== JSON.stringify(value)) throw new Error('is no JSON');
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [{ type: 'string', pattern: '^a{2,3}$' }],
    [{ type: 'string', minLength: 3, maxLength: 4 }],
    [{ type: 'number', exclusiveMinimum: 0, maximum: 1 }],
    [{ type: ['integer', 'null'], minimum: 5, maximum: 6 }],
    [{ allOf: [{ type: 'integer' }, { minimum: 3 }], maximum: 9 }],
    [{ type: 'object', propertyNames: { pattern: '^[a-z]$' }, additionalProperties: { const: 1 }, maxProperties: 2 }],
    [{ type: 'array', items: { enum: [1, 2] }, minItems: 2, maxItems: 3 }],
  ])('makes what %j takes', (schema) => {
    const validate = ajv.compile(schema);
    fc.assert(fc.property(arbitraries.of(schema), (value) => validate(value)));
  });
});
