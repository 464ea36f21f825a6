import { toPlainSchema } from './plain-schema.js';

describe('toPlainSchema', () => {
  it('says null by the type', () => {
    const schema = {
      anyOf: [{ type: 'string', description: 'Id.', pattern: '^r_' }, { type: 'null' }],
      description: 'Null at first.',
    };
    expect(toPlainSchema({ type: 'object', properties: { a: schema } })).toEqual({
      type: 'object',
      properties: { a: { type: ['string', 'null'], pattern: '^r_', description: 'Id. Null at first.' } },
    });
  });

  it.each([
    [{ anyOf: [{ $ref: '#/components/schemas/X' }, { type: 'null' }] }],
    [{ anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }] }],
    [{ anyOf: [{ type: 'string' }, { type: 'object' }] }],
  ])('leaves %j as it is', (schema) => {
    expect(toPlainSchema(schema)).toEqual(schema);
  });

  it('drops ids and the pattern of a time, and touches no data', () => {
    const data = { format: 'date-time', pattern: 'x', $id: 'y' };
    const schema = { $id: 'a', $schema: 'b', type: 'string', format: 'date-time', pattern: '^\\d', examples: [data] };
    expect(toPlainSchema(schema)).toEqual({ type: 'string', format: 'date-time', examples: [data] });
    expect(toPlainSchema({ type: 'object', properties: { pattern: { type: 'string' }, $id: {} } })).toEqual({
      type: 'object',
      properties: { pattern: { type: 'string' }, $id: {} },
    });
  });
});
