import fc from 'fast-check';
import { ExpressionSyntaxError, type Json } from '../core/index.js';
import { CelExpressionCompiler, MAX_EXPRESSION_LENGTH } from './cel-expression-compiler.js';

const compiler = new CelExpressionCompiler();
const evaluate = (source: string, scope: Record<string, unknown> = {}) => compiler.compile(source).evaluate(scope);
const value = (source: string, scope: Record<string, unknown> = {}): Json => {
  const result = evaluate(source, scope);
  if (!result.ok) throw new Error(result.message);
  return result.value;
};

describe('values and operators', () => {
  it.each<[string, Json]>([
    ['null', null],
    ['"a\\n\\u00e9"', 'a\né'],
    ['1 + 2 * 3', 7],
    ['7 / 2', 3],
    ['-7 % 3', -1],
    ['7.0 / 2', 3.5],
    ['1 + 1.5', 2.5],
    ['2.5 - 1', 1.5],
    ['0x10', 16],
    ['-(3)', -3],
    ['-(1.5)', -1.5],
    ['!true', false],
    ['"a" + "b"', 'ab'],
    ['[1] + [2, "x"]', [1, 2, 'x']],
    ['1 < 2 && 2.0 <= 2 && 3 > 2.5 && 3 >= 3', true],
    ['"a" < "b" && false < true', true],
    ['1 == 1.0 && 1.0 == 1 && 1 != 2', true],
    ['"1" == 1', false],
    ['[1, 2.0] == [1.0, 2]', true],
    ['{"a": [1]} == {"a": [1.0]}', true],
    ['{"a": 1} == {"b": 1}', false],
    ['[1] == {"a": 1}', false],
    ['null == 0', false],
    ['2 in [1.0, 2.0]', true],
    ['"a" in {"a": 1}', true],
    ['1 in {"a": 1}', false],
    ['true ? 1 : "x"', 1],
    ['false ? 1 : "x"', 'x'],
    ['{"a": {"b": [1, 2]}}.a.b[1]', 2],
    ['{"a": 1}["a"]', 1],
    ['[5, 6][1.0]', 6],
    ['{"__proto__": 1, "constructor": 2}.constructor', 2],
    ['type(1) == int && type(1.0) == double && type("") == string && type([]) == list', true],
    ['type({}) == map && type(true) == bool && type(null) == null_type && type(int) == type', true],
    ['type(1) == "int"', false],
    ['type(1) == type({})', false],
  ])('%s is %j', (source, expected) => {
    expect(value(source)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['1 + "a"', '"+" cannot take int and string'],
    ['"a" - "b"', '"-" cannot take string and string'],
    ['1 < "a"', '"<" cannot take int and string'],
    ['[] > []', '">" cannot take list and list'],
    ['1 / 0', 'division by zero'],
    ['1 % 0', 'division by zero'],
    ['9223372036854775807 + 1', 'does not fit into 64 bits'],
    ['1.0 / 0.0', 'not a finite number'],
    ['[1.0 / 0.0]', 'not a finite number'],
    ['int', 'a type is not a result'],
    ['"a" in "abc"', '"in" cannot take string and string'],
    ['-"a"', '"-" cannot take string'],
    ['!1', '"!" cannot take int'],
    ['1 ? 2 : 3', '"?:" needs bool, not int'],
    ['{"a": 1}.b', 'there is no key "b"'],
    ['{"a": 1}["b"]', 'there is no key "b"'],
    ['{"a": 1}["b" + ""]', 'there is no such key'],
    ['"a".b', 'cannot read key "b" of string'],
    ['null.b', 'cannot read key "b" of null_type'],
    ['[1][1]', 'has no such index'],
    ['[1][-1]', 'has no such index'],
    ['[1][0.5]', 'has no such index'],
    ['[1]["length"]', 'cannot read key "length" of list'],
    ['[1][true]', 'cannot take an element of list by bool'],
    ['{1: 2}', 'a key of a map must be a string, not int'],
    ['unknown', 'there is no "unknown" here'],
    ['toString', 'there is no "toString" here'],
  ])('%s cannot be evaluated', (source, message) => {
    expect(evaluate(source)).toEqual({ ok: false, message: expect.stringContaining(message) as string });
  });

  it('absorbs an error where the other side decides', () => {
    expect(value('false && missing')).toBe(false);
    expect(value('missing && false')).toBe(false);
    expect(value('true || 1 / 0 == 0')).toBe(true);
    expect(value('1 / 0 == 0 || true')).toBe(true);
    expect(value('1 || true')).toBe(true);
    expect(value('true && true')).toBe(true);
    expect(value('false || false')).toBe(false);
  });

  it.each<[string, string]>([
    ['missing && true', 'there is no "missing" here'],
    ['true && missing', 'there is no "missing" here'],
    ['false || 1', '"||" needs bool, not int'],
    ['"a" && true', '"&&" needs bool, not string'],
  ])('%s is an error where neither side decides', (source, message) => {
    expect(evaluate(source)).toEqual({ ok: false, message });
  });
});

describe('JSON data', () => {
  const first = { title: 'a', ok: true };
  const output = { count: 5, price: 2.5, items: [first, { title: 'b', ok: false }], nothing: null };

  it.each<[string, Json]>([
    ['output.count == 5', true],
    ['output.count > 4 && output.count < 6', true],
    ['output.count >= 5.0', true],
    ['output.count in [1, 5]', true],
    ['output.count + 1', 6],
    ['output.count * output.price', 12.5],
    ['output.count / 2', 2.5],
    ['output.count % 2 == 1', true],
    ['size(output.items) == 2 && output.items.size() > 1', true],
    ['output.items[0].title', 'a'],
    ['output.items[output.count - 4].title', 'b'],
    ['output["items"][1]["title"]', 'b'],
    ['output.nothing == null', true],
    ['has(output.nothing) && !has(output.missing) && !has(output.count.x)', true],
    ['string(output.count) + "!"', '5!'],
    ['output.items', output.items],
    ['{"n": output.count, "first": output.items[0], "l": [1, size(output.items)]}', { n: 5, first, l: [1, 2] }],
  ])('%s is %j', (source, expected) => {
    expect(value(source, { output })).toEqual(expected);
  });

  it('hands data on as it is', () => {
    expect(value('output.items', { output })).toBe(output.items);
  });

  it('reads keys such as constructor and __proto__ only where they are data', () => {
    const data = JSON.parse('{ "constructor": { "output": 1 }, "__proto__": 2, "toString": null }') as Json;
    expect(value('d.constructor.output', { d: data })).toBe(1);
    expect(value('d.__proto__', { d: data })).toBe(2);
    expect(value('d.toString', { d: data })).toBeNull();
    expect(value('d == {"constructor": {"output": 1}, "__proto__": 2, "toString": null}', { d: data })).toBe(true);
    expect(value('has(d.constructor) || has(d.__proto__) || "toString" in d', { d: {} })).toBe(false);
    expect(evaluate('d.constructor', { d: {} }).ok).toBe(false);
    expect(evaluate('d.constructor', { d: [] }).ok).toBe(false);
    expect(JSON.stringify(value('{"__proto__": 1}'))).toBe('{"__proto__":1}');
  });

  it('treats an undefined name as missing', () => {
    expect(evaluate('error', { error: undefined })).toEqual({ ok: false, message: 'there is no "error" here' });
  });

  it('compares integers beyond 2^53 without rounding', () => {
    expect(value('9007199254740993 == 9007199254740992.0')).toBe(false);
    expect(value('9007199254740993')).toBe(9007199254740992);
  });

  it('never names data in a message', () => {
    const result = evaluate('{"a": 1}[env.TOKEN]', { env: { TOKEN: 's3cret' } });
    expect(JSON.stringify(result)).not.toContain('s3cret');
    expect(JSON.stringify(evaluate('int(env.TOKEN)', { env: { TOKEN: 's3cret' } }))).not.toContain('s3cret');
  });

  it('equality is an equivalence on JSON, and != its negation', () => {
    const equal = compiler.compile('a == b');
    const unequal = compiler.compile('a != b');
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(equal.evaluate({ a, b: JSON.parse(JSON.stringify(a)) })).toEqual({ ok: true, value: true });
        expect(equal.evaluate({ a, b })).toEqual(equal.evaluate({ a: b, b: a }));
        expect(unequal.evaluate({ a, b })).not.toEqual(equal.evaluate({ a, b }));
      }),
    );
  });
});

describe('comprehensions', () => {
  it.each<[string, Json]>([
    ['[1, 2, 3].all(n, n > 0)', true],
    ['[1, 2, 3].all(n, n > 1)', false],
    ['[].all(n, false)', true],
    ['[1, 2].exists(n, n == 2)', true],
    ['[1, 2].exists(n, n == 3)', false],
    ['[1, 2, 2].exists_one(n, n == 1)', true],
    ['[1, 2, 2].exists_one(n, n == 2)', false],
    ['[1, 2, 3].filter(n, n != 2)', [1, 3]],
    ['[1, 2, 3].map(n, n * 2)', [2, 4, 6]],
    ['[1, 2, 3].map(n, n > 1, n * 2)', [4, 6]],
    ['{"a": 1, "b": 2}.map(k, k)', ['a', 'b']],
    ['[[1, 2], [3]].map(l, l.map(n, n + l[0]))', [[2, 3], [6]]],
    ['[1].map(n, [2].map(n, n))', [[2]]],
    ['[1].map(output, output + 1)', [2]],
    ['[1, 2].map(a, [3].map(b, a + b))', [[4], [5]]],
    ['["a", 1].exists(n, n > 0)', true],
    ['["a", 1].all(n, n > 1)', false],
  ])('%s is %j', (source, expected) => {
    expect(value(source, { output: {} })).toEqual(expected);
  });

  it.each<[string, string]>([
    ['["a", 1].all(n, n > 0)', '">" cannot take string and int'],
    ['["a", "b"].exists(n, n > 0)', '">" cannot take string and int'],
    ['[1].filter(n, n)', '"filter" needs bool, not int'],
    ['[1].map(n, n, n)', '"map" needs bool, not int'],
    ['[1].exists_one(n, n)', '"exists_one" needs bool, not int'],
    ['"abc".map(c, c)', 'string has no elements'],
  ])('%s is an error', (source, message) => {
    expect(evaluate(source)).toEqual({ ok: false, message });
  });
});

describe('functions', () => {
  it.each<[string, Json]>([
    ['size("a😀é")', 3],
    ['size({"a": 1})', 1],
    ['"abc".contains("b") && "abc".startsWith("a") && "abc".endsWith("c")', true],
    ['"AbÉ".lowerAscii() + "aBé".upperAscii()', 'abÉABé'],
    ['" a ".trim()', 'a'],
    ['"😀b😀b".indexOf("b")', 1],
    ['"😀b😀b".indexOf("b", 2)', 3],
    ['"abc".indexOf("z")', -1],
    ['"😀b😀b".lastIndexOf("b")', 3],
    ['"abc".lastIndexOf("z")', -1],
    ['"a😀cd".substring(1)', '😀cd'],
    ['"a😀cd".substring(1, 2)', '😀'],
    ['"abc".substring(3)', ''],
    ['"abc".substring(n)', 'bc'],
    ['"a,b".split(",")', ['a', 'b']],
    ['"a😀".split("")', ['a', '😀']],
    ['["a", "b"].join() + ["a", "b"].join("-")', 'aba-b'],
    ['int("-12") + int(2.9) + int(1)', -9],
    ['double("1.5") + double(1) + double(0.5)', 3],
    ['string(1) + string(1.5) + string(true) + string("s")', '11.5trues'],
    ['bool("true") && !bool("False") && bool(true)', true],
    ['dyn(1) == 1', true],
    ['"abc".matches("^a.c$") && matches("abc", "b")', true],
    ['"abc".matches("^b")', false],
  ])('%s is %j', (source, expected) => {
    expect(value(source, { n: 1 })).toEqual(expected);
  });

  it.each<[string, string]>([
    ['size(1)', 'size cannot take int'],
    ['contains', 'there is no "contains" here'],
    ['"abc".contains(1)', 'contains cannot take string, int'],
    ['"abc".substring(4)', 'outside the string'],
    ['"abc".substring(-1)', 'outside the string'],
    ['"abc".substring(2, 1)', 'ends before it starts'],
    ['"abc".substring(0.5)', 'substring cannot take string, double'],
    ['"abc".substring("a")', 'substring cannot take string, string'],
    ['[1].substring(1)', 'substring cannot take list'],
    ['"abc".indexOf("a", 9)', 'outside the string'],
    ['"abc".join()', 'join cannot take string'],
    ['["a"].join(1)', 'join cannot take list, int'],
    ['["a", 1].join()', 'join takes a list of strings, not of int'],
    ['int("1.5")', 'int cannot read this string'],
    ['int("99999999999999999999")', 'int cannot read this string'],
    ['int("9999999999999999999")', 'does not fit into 64 bits'],
    ['int(1e300)', 'does not fit into 64 bits'],
    ['int(1.0 / 0.0)', 'int cannot take double'],
    ['int(null)', 'int cannot take null_type'],
    ['double("")', 'double cannot read this string'],
    ['double(" 1")', 'double cannot read this string'],
    ['double("x")', 'double cannot read this string'],
    ['double([])', 'double cannot take list'],
    ['string([])', 'string cannot take list'],
    ['bool("toString")', 'bool cannot read this string'],
    ['bool(1)', 'bool cannot take int'],
    ['"abc".matches(p)', 'invalid pattern'],
  ])('%s is an error', (source, message) => {
    expect(evaluate(source, { p: '(' })).toEqual({ ok: false, message: expect.stringContaining(message) as string });
  });
});

describe('what does not compile', () => {
  it.each<[string, string]>([
    ['', 'Unexpected token: EOF at character 1'],
    ['1 +', 'Unexpected token: EOF at character 4'],
    ['a b', 'Unexpected character'],
    ['a.exists(1, true)', 'invalid predicate iteration variable'],
    ['has(a)', 'has() takes a key of something'],
    ['has(a["b"])', 'has() takes a key of something'],
    ['has()', 'has() takes a key of something'],
    ['has(a.b, a.c)', 'has() takes a key of something'],
    ['a.nothing(1)', 'there is no function nothing with 1 argument here; there are size, matches'],
    ['nothing()', 'there is no function nothing with 0 arguments here; there are size, matches'],
    ['timestamp("2026-01-01T00:00:00Z")', 'there is no function timestamp'],
    ['cel.bind(x, 1, x)', 'there is no function bind'],
    ['a.map(x)', 'there is no function map with 1 argument'],
    ['a.all(x, true, true)', 'there is no function all with 3 arguments'],
    ['a.map(x, true, x, x)', 'there is no function map with 4 arguments'],
    ['b"abc"', 'bytes and unsigned integers are not supported'],
    ['5u', 'bytes and unsigned integers are not supported'],
    ['9223372036854775808', 'does not fit into 64 bits'],
    ['a.matches("(")', 'invalid pattern'],
    ['matches(a, "(?=x)")', 'invalid pattern'],
    [`a.matches("${'x'.repeat(1_001)}")`, 'at most 1000 characters'],
    [`a.matches("(?:${'x'.repeat(900)}){1000}")`, 'too large once its repetitions are written out'],
    ['"a'.padEnd(MAX_EXPRESSION_LENGTH + 1, 'a'), 'at most 4096 characters'],
    ['('.repeat(100) + '1' + ')'.repeat(100), 'Exceeded maxDepth'],
    ['1' + ' + 1'.repeat(800), 'Exceeded maxAstNodes'],
  ])('%s', (source, message) => {
    expect(() => compiler.compile(source)).toThrow(ExpressionSyntaxError);
    expect(() => compiler.compile(source)).toThrow(message);
  });

  it('survives four thousand operators in a row', () => {
    expect(() => compiler.compile('!'.repeat(4_000) + 'true')).toThrow(ExpressionSyntaxError);
  });
});

describe('references', () => {
  it.each<[string, string[][]]>([
    ['1 + 2', []],
    ['input', [['input']]],
    ['nodes.a.output.b', [['nodes', 'a', 'output', 'b']]],
    ['nodes["my-node"].output[0].x', [['nodes', 'my-node', 'output']]],
    ['nodes[input.k].output', [['nodes'], ['input', 'k']]],
    ['has(nodes.a) ? [env.X] : {run.id: -size(input)}', [['nodes', 'a'], ['env', 'X'], ['run', 'id'], ['input']]],
    ['input.list.map(x, x.y + z)', [['input', 'list'], ['z']]],
    ['input.map(input, input > 0, input.a)', [['input']]],
    ['input.all(x, x) && x', [['input'], ['x']]],
    ['(a || b).c', [['a'], ['b']]],
    ['a.contains(b.c) && !d', [['a'], ['b', 'c'], ['d']]],
    ['type(a) == string', [['a']]],
  ])('of %s', (source, expected) => {
    expect(compiler.compile(source).references).toEqual(expected);
  });
});

describe('time and memory', () => {
  const list = Array.from({ length: 20_000 }, (_, index) => index);
  const text = 'ab'.repeat(500_000);

  it('filters a list of fifty thousand objects', () => {
    const items = Array.from({ length: 50_000 }, (_, id) => ({ id, ok: id % 2 === 0 }));
    expect(value('size(output.filter(i, i.ok && i.id > 10))', { output: items })).toBe(24_994);
  });

  it.each([
    'l.all(a, l.all(b, a + b >= 0))',
    'l.filter(a, a in l && false)',
    'l.map(a, l + l)',
    'l.exists(a, l == m && false)',
    'l.exists(a, n == o && false)',
    'l.exists(a, size(n) < 0)',
    'l.exists(a, n.all(k, false) && false)',
    'l.exists(a, t == u)',
    'l.exists(a, t < u && false)',
    'l.exists(a, t.contains("z"))',
    'l.map(a, t + t)',
    'l.map(a, t.split(""))',
    'l.exists(a, t.matches("z"))',
    'l.exists(a, l.exists(b, missing))',
    'l.map(a, s.join())',
    't.matches("a[ab]{900}[cd]")',
    'l.exists(a, "x".matches("a{1000}b{1000}c{1000}" + string(a)))',
  ])('stops %s by its count of steps', (source) => {
    const big = Object.fromEntries(list.map((index) => [`k${index}`, index]));
    const scope = {
      l: list,
      m: [...list],
      n: big,
      o: { ...big, extra: 1 },
      s: list.map(String),
      t: text,
      u: `${text.slice(0, -1)}c`,
    };
    const result = evaluate(source, scope);
    expect(result).toEqual({ ok: false, message: expect.stringMatching(/too many steps|too long/) as string });
  });

  it('answers on a pattern that makes backtracking engines hang', () => {
    // A backtracking engine would not come back from these within the test's own limit.
    expect(value('t.matches("^(a+)+$")', { t: `${'a'.repeat(40)}!` })).toBe(false);
    expect(value('t.matches(p)', { t: `${'x'.repeat(50_000)}!`, p: '(x+x+)+y' })).toBe(false);
  });

  it('does not throw on data nested a hundred thousand deep', () => {
    const nested = (): Json => {
      let deep: Json = 1;
      for (let depth = 0; depth < 100_000; depth++) deep = [deep];
      return deep;
    };
    expect(value('a == b', { a: nested(), b: nested() })).toBe(true);
  });

  it('turns any failure of a scope into a message', () => {
    const scope = {
      get broken(): never {
        throw new RangeError('out of stack');
      },
    };
    expect(evaluate('broken', scope)).toEqual({
      ok: false,
      message: 'the expression cannot be evaluated: RangeError: out of stack',
    });
  });
});
