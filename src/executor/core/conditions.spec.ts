import fc from 'fast-check';
import { CelExpressionCompiler } from '../expressions/index.js';
import { type ConditionScope, compileEdgeCondition } from './conditions.js';
import { ExpressionLimitError, ExpressionSyntaxError } from './expressions.js';
import type { ConditionOperator, ConditionSpec } from './graph-definition.js';
import type { Json } from './json.js';
import { PathSyntaxError } from './paths.js';

const expressions = new CelExpressionCompiler();

const scope = (over: Partial<ConditionScope> = {}): ConditionScope => ({ output: {}, input: {}, mapped: {}, ...over });
const evaluate = (cond: string | ConditionSpec, over: Partial<ConditionScope> = {}) =>
  compileEdgeCondition(cond, expressions).evaluate(scope(over));
const holds = (variable: Json, op: ConditionOperator, value?: Json) =>
  evaluate({ var: 'x', op, value }, { output: { x: variable } }).verdict === 'true';

describe('the object form of a condition', () => {
  it.each<[Json, ConditionOperator, Json]>([
    [{ a: [1, { b: null }], c: 2 }, '==', { c: 2, a: [1, { b: null }] }],
    ['5', '!=', 5],
    [2, '>', 1],
    [2, '>=', 2],
    [1, '<', 2],
    [2, '<=', 2],
    ['b', '>', 'a'],
    ['b', '>=', 'b'],
    ['a', '<', 'b'],
    ['a', '<=', 'a'],
    ['some text', 'contains', 'text'],
    [[1, { a: 1 }], 'contains', { a: 1 }],
    ['b', 'in', ['a', 'b']],
    [{ a: 1 }, 'in', [{ a: 1 }]],
    ['b', 'in', 'abc'],
    ['an error 503', 'matches', '\\d+$'],
  ])('%j %s %j is true', (variable, op, value) => {
    expect(holds(variable, op, value)).toBe(true);
  });

  it.each<[Json, ConditionOperator, Json]>([
    ['5', '==', 5],
    [[1], '!=', [1]],
    [1, '>', 1],
    [1, '<', 1],
    ['10', '>', 9],
    [10, '>', '9'],
    [10, '<=', '9'],
    [true, '>=', true],
    [null, '<=', null],
    [{ key: 1 }, 'contains', 'key'],
    ['5', 'contains', 5],
    [[1, 2], 'contains', '1'],
    [5, 'contains', 5],
    [5, 'in', 'a5'],
    [5, 'in', { 5: 5 }],
    [5, 'in', 5],
    ['abc', 'matches', '^b'],
    [5, 'matches', '5'],
    ['5', 'matches', 5],
  ])('%j %s %j is false', (variable, op, value) => {
    expect(holds(variable, op, value)).toBe(false);
  });

  it.each<ConditionOperator>(['==', '>', '>=', '<', '<=', 'contains', 'in', 'matches'])(
    '%s is false on a missing variable',
    (op) => {
      expect(evaluate({ var: 'missing', op, value: 'a' })).toEqual({ verdict: 'false' });
    },
  );

  it('!= is true on a missing variable, whatever the value', () => {
    expect(evaluate({ var: 'missing', op: '!=', value: null })).toEqual({ verdict: 'true' });
  });

  it('exists is true where the path leads, even to null, and false elsewhere', () => {
    expect(holds(null, 'exists')).toBe(true);
    expect(holds(null, 'exists', true)).toBe(true);
    expect(holds(null, 'exists', false)).toBe(false);
    expect(evaluate({ var: 'missing', op: 'exists' })).toEqual({ verdict: 'false' });
    expect(evaluate({ var: 'missing', op: 'exists', value: false })).toEqual({ verdict: 'true' });
  });

  it('combines conditions with all, any and not', () => {
    const yes: ConditionSpec = { var: 'x', op: '==', value: 1 };
    const no: ConditionSpec = { var: 'x', op: '==', value: 2 };
    const verdict = (cond: ConditionSpec) => evaluate(cond, { output: { x: 1 } }).verdict;
    expect(verdict({ all: [yes, yes] })).toBe('true');
    expect(verdict({ all: [yes, no] })).toBe('false');
    expect(verdict({ any: [no, yes] })).toBe('true');
    expect(verdict({ any: [no, no] })).toBe('false');
    expect(verdict({ not: { all: [yes, { any: [no] }] } })).toBe('true');
  });

  it('takes an empty all as true and an empty any as false', () => {
    expect(evaluate({ all: [] })).toEqual({ verdict: 'true' });
    expect(evaluate({ any: [] })).toEqual({ verdict: 'false' });
  });

  it('looks a variable up among mapped names first, then as a path in the output', () => {
    const over = { mapped: { title: 'mapped', 'a.b': 'whole name' }, output: { title: 'output', a: { b: 'path' } } };
    expect(evaluate({ var: 'title', op: '==', value: 'mapped' }, over).verdict).toBe('true');
    expect(evaluate({ var: 'a.b', op: '==', value: 'whole name' }, over).verdict).toBe('true');
    expect(evaluate({ var: 'a.b', op: '==', value: 'path' }, { ...over, mapped: {} }).verdict).toBe('true');
  });

  it('follows a path into a mapped value', () => {
    const over = { mapped: { doc: { lines: [3] } }, output: { doc: 'other' } };
    expect(evaluate({ var: 'doc.lines.0', op: '==', value: 3 }, over).verdict).toBe('true');
  });

  it('does not find inherited properties', () => {
    expect(evaluate({ var: 'constructor', op: 'exists' }).verdict).toBe('false');
    expect(evaluate({ var: '__proto__', op: 'exists' }).verdict).toBe('false');
  });

  it('answers on a pattern that makes backtracking engines hang', () => {
    expect(holds(`${'a'.repeat(40)}!`, 'matches', '^(a+)+$')).toBe(false);
  });

  it('is an error when the text is too long to search', () => {
    const cond: ConditionSpec = { var: 'x', op: 'matches', value: 'a[ab]{900}[cd]' };
    expect(evaluate(cond, { output: { x: 'ab'.repeat(1_000_000) } })).toEqual({
      verdict: 'error',
      message: 'a text of 2000000 characters is too long for this pattern',
    });
  });

  it('refuses an invalid pattern and an invalid path', () => {
    expect(() => evaluate({ var: 'x', op: 'matches', value: '(' })).toThrow(ExpressionSyntaxError);
    expect(() => evaluate({ var: 'a..b', op: '==', value: 1 })).toThrow(PathSyntaxError);
  });

  it('lets an unexpected failure of a searcher through', () => {
    const search = (): boolean => {
      throw new TypeError('broken');
    };
    const broken = { compile: expressions.compile.bind(expressions), pattern: () => search };
    const condition = compileEdgeCondition({ var: 'x', op: 'matches', value: 'a' }, broken);
    expect(() => condition.evaluate(scope({ output: { x: 'a' } }))).toThrow(TypeError);
  });

  it('== is an equivalence on JSON, and != its exact negation', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        expect(holds(left as Json, '==', left as Json)).toBe(true);
        expect(holds(left as Json, '==', right as Json)).toBe(holds(right as Json, '==', left as Json));
        expect(holds(left as Json, '!=', right as Json)).toBe(!holds(left as Json, '==', right as Json));
      }),
    );
  });
});

describe('the expression form of a condition', () => {
  it('sees the output, the input, the mapped names and the error', () => {
    const cond = 'output.a + input.b == mapped.c && error.type == "HttpError"';
    const over = { output: { a: 1 }, input: { b: 2 }, mapped: { c: 3 }, error: { type: 'HttpError' } };
    expect(evaluate(cond, over)).toEqual({ verdict: 'true' });
    expect(evaluate('output.a > 1', over)).toEqual({ verdict: 'false' });
  });

  it('sees null as the error of a source that succeeded', () => {
    expect(evaluate('error == null && !has(error.type)')).toEqual({ verdict: 'true' });
  });

  it('reports an evaluation error', () => {
    expect(evaluate('output.missing > 1')).toEqual({ verdict: 'error', message: 'there is no key "missing"' });
  });

  it.each([
    ['output.n', 'a number'],
    ['output.s', 'a string'],
    ['output.z', 'null'],
    ['output.l', 'a list'],
    ['output', 'an object'],
  ])('reports that %s is not a boolean', (cond, kind) => {
    expect(evaluate(cond, { output: { n: 1, s: '', z: null, l: [] } })).toEqual({
      verdict: 'error',
      message: `it must give true or false, not ${kind}`,
    });
  });

  it('refuses what does not parse and names that it cannot see', () => {
    expect(() => compileEdgeCondition('output.a >', expressions)).toThrow(ExpressionSyntaxError);
    expect(() => compileEdgeCondition('nodes.a.output.b', expressions)).toThrow('unknown name "nodes"');
  });

  it('reports running out of steps instead of throwing', () => {
    const over = { output: { list: Array.from({ length: 3_000 }, (_, index) => index) } };
    const verdict = evaluate('output.list.all(a, output.list.all(b, a * b >= 0))', over);
    expect(verdict).toEqual({ verdict: 'error', message: expect.stringContaining('too many steps') as string });
    expect(new ExpressionLimitError('x').name).toBe('ExpressionLimitError');
  });
});
