import { CelExpressionCompiler } from '../expressions/index.js';
import { conditionFaults, MAX_CONDITION_DEPTH, MAX_CONDITION_PARTS } from './condition-faults.js';
import { compileEdgeCondition } from './conditions.js';
import type { ConditionSpec } from './graph-definition.js';

const expressions = new CelExpressionCompiler();
const faults = (cond: unknown) => conditionFaults(cond, expressions);
const leaf = { var: 'a', op: '==', value: 1 };
const nest = (depth: number): unknown => {
  let cond: unknown = leaf;
  for (let level = 1; level < depth; level++) cond = { not: cond };
  return cond;
};

describe('conditionFaults', () => {
  it.each<[unknown]>([
    ['output.count > 5'],
    [leaf],
    [{ var: 'a.b.0', op: 'exists' }],
    [{ var: 'a', op: 'exists', value: false }],
    [{ var: 'a', op: 'matches', value: '^a+$' }],
    [{ var: 'a', op: 'in', value: 5 }],
    [{ all: [] }],
    [{ any: [leaf, { not: leaf }] }],
    [nest(MAX_CONDITION_DEPTH)],
    [{ all: Array(MAX_CONDITION_PARTS - 1).fill(leaf) }],
  ])('accepts %j, which then compiles', (cond) => {
    expect(faults(cond)).toEqual([]);
    expect(() => compileEdgeCondition(cond as ConditionSpec, expressions)).not.toThrow();
  });

  it.each<[unknown, string, string]>([
    ['output.count >', '', 'Unexpected token'],
    ['ancestor.count', '', 'unknown name "ancestor"'],
    [5, '', 'a condition is an object or an expression'],
    [null, '', 'a condition is an object or an expression'],
    [[leaf], '', 'a condition is an object or an expression'],
    [{ op: '==', value: 1 }, '/var', '"var" must be'],
    [{ var: 5, op: '==', value: 1 }, '/var', '"var" must be'],
    [{ var: 'a..b', op: '==', value: 1 }, '/var', 'empty segment'],
    [{ var: 'a', value: 1 }, '/op', '"op" must be one of =='],
    [{ var: 'a', op: '=~', value: 1 }, '/op', '"op" must be one of =='],
    [{ var: 'a', op: 'toString', value: 1 }, '/op', '"op" must be one of =='],
    [{ var: 'a', op: '==' }, '/value', '"==" needs a "value"'],
    [{ var: 'a', op: 'exists', value: 'yes' }, '/value', 'true or false'],
    [{ var: 'a', op: 'matches', value: 5 }, '/value', 'a pattern'],
    [{ var: 'a', op: 'matches', value: '(' }, '/value', 'invalid pattern'],
    [{ ...leaf, 'vlaue/': 1 }, '/vlaue~1', 'unknown key "vlaue/"'],
    [{ all: [leaf], any: [] }, '/any', 'unknown key "any"'],
    [{ all: leaf }, '/all', 'takes a list'],
    [{ any: [leaf, { not: { all: [{ ...leaf, op: '?' }] } }] }, '/any/1/not/all/0/op', '"op" must be'],
  ])('refuses %j at "%s"', (cond, pointer, message) => {
    expect(faults(cond)).toEqual([{ pointer, message: expect.stringContaining(message) as string }]);
  });

  it('reports every fault', () => {
    expect(faults({ all: [{ var: '', op: '!' }, 5] }).map((fault) => fault.pointer)).toEqual([
      '/all/0/var',
      '/all/0/op',
      '/all/1',
    ]);
  });

  it('does not take inherited properties for keys', () => {
    expect(faults(Object.create(leaf)).map((fault) => fault.pointer)).toEqual(['/var', '/op']);
  });

  it('bounds how deep conditions nest', () => {
    const [fault] = faults(nest(MAX_CONDITION_DEPTH + 1));
    expect(fault).toEqual({
      pointer: '/not'.repeat(MAX_CONDITION_DEPTH),
      message: 'conditions may nest at most 32 deep',
    });
    expect(faults(nest(100_000))).toHaveLength(1);
  });

  it('bounds how many parts a condition has', () => {
    expect(faults({ all: Array(100_000).fill(5) })).toEqual([
      { pointer: '', message: 'a condition may have at most 256 parts' },
    ]);
  });

  it('lets an unexpected failure of the compiler through', () => {
    const broken = {
      compile: () => {
        throw new TypeError('broken');
      },
      pattern: () => () => true,
    };
    expect(() => conditionFaults('output', broken)).toThrow(TypeError);
  });
});
