import { z } from 'zod';
import { type KeyContract } from '../../executor/core/index.js';
import { anyJson, anyObject } from '../sdk/index.js';
import { jsonSchemaOf } from './json-schemas.js';
import { keyContractOf } from './key-contract.js';

const contractOf = (schema: z.ZodType): KeyContract => keyContractOf(jsonSchemaOf(schema, 'input', 'the schema'));
const contract = (open: boolean, known: string[], required: string[], defaulted: string[] = []): KeyContract => ({
  open,
  known: new Set(known),
  required: new Set(required),
  defaulted: new Set(defaulted),
});

interface Tree {
  readonly value: number;
  readonly left?: Tree;
}
const tree: z.ZodType<Tree> = z.strictObject({
  value: z.number(),
  get left() {
    return tree.optional();
  },
});

describe('keyContractOf', () => {
  it.each<[string, z.ZodType, KeyContract]>([
    [
      'a closed object',
      z.strictObject({ a: z.string(), b: z.string().optional(), c: z.number().default(1) }),
      contract(false, ['a', 'b', 'c'], ['a'], ['c']),
    ],
    ['an open object', z.looseObject({ a: z.string() }), contract(true, ['a'], ['a'])],
    ['an object with a rule', z.strictObject({ a: z.string() }).refine(() => true), contract(false, ['a'], ['a'])],
    ['any object', anyObject, contract(true, [], [])],
    ['anything', anyJson, contract(true, [], [])],
    ['a record', z.record(z.string(), z.number()), contract(true, [], [])],
    [
      'alternatives',
      z.union([
        z.strictObject({ a: z.string(), b: z.string() }),
        z.strictObject({ a: z.string(), c: z.string().default('x') }),
      ]),
      contract(false, ['a', 'b', 'c'], ['a'], ['c']),
    ],
    [
      'alternatives by kind',
      z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('a') }), z.looseObject({ kind: z.literal('b') })]),
      contract(true, ['kind'], ['kind']),
    ],
    [
      'two at once',
      z.looseObject({ a: z.string() }).and(z.looseObject({ b: z.string() })),
      contract(true, ['a', 'b'], ['a', 'b']),
    ],
    ['an object that holds its own kind', tree, contract(false, ['value', 'left'], ['value'])],
  ])('reads the keys of %s', (_, schema, expected) => {
    expect(contractOf(schema)).toEqual(expected);
  });

  it('follows references and ends on one that leads in a circle', () => {
    const object = { type: 'object', properties: { a: {} }, required: ['a'], additionalProperties: false };
    expect(keyContractOf({ $ref: '#/$defs/x', $defs: { x: object } })).toMatchObject({
      open: false,
      required: new Set(['a']),
    });
    expect(keyContractOf({ $ref: '#' })).toEqual(contract(true, [], []));
    expect(keyContractOf({ $ref: '#/$defs/none' })).toEqual(contract(true, [], []));
  });
});
