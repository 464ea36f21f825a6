import { type EvaluationOptions, evaluateExpression } from './evaluate-expression.js';

/** What an expression yields, without the marks that JSONata leaves on its arrays. */
async function evaluate(
  source: string,
  input: unknown = {},
  options: Partial<EvaluationOptions> = {},
): Promise<unknown> {
  const signal = new AbortController().signal;
  const result = await evaluateExpression(source, input, { limitMs: 1_000, signal, ...options });
  return result === undefined ? undefined : parse(JSON.stringify(result));
}

const parse = (text: string): unknown => JSON.parse(text) as unknown;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => (index * 7_919) % count);

describe('evaluateExpression', () => {
  it.each([
    ['an endless loop', '($f := function() { $f() }; $f())', 'longer than', 200],
    ['an endless recursion', '($f := function($n) { 1 + $f($n) }; $f(1))', 'Stack overflow|nests'],
    ['a loop within $eval', '$eval("($f := function() { $f() }; $f())")', 'longer than', 200],
    ['a text that doubles', '($f := function($s) { $f($s & $s) }; $f("aaaaaaaa"))', 'more data'],
    ['ranges over ranges', '[1..10000000]', 'sequence|Sequence'],
    ['arrays of arrays', '($f := function($s) { $f([[1..400000], $s]) }; $f(1))', 'more data|sequence|Sequence'],
    ['a long padding', '$pad("x", 1000000000)', '10000'],
  ])('ends %s', async (_, source, message, limitMs = 60_000) => {
    const failure = { retryable: false, message: expect.stringMatching(message) as string };
    await expect(evaluate(source, {}, { limitMs })).rejects.toMatchObject(failure);
  });

  it('lets the rest of the process run meanwhile', async () => {
    let turns = 0;
    const turn = setInterval(() => (turns += 1), 1);
    await expect(evaluate('($f := function() { $f() }; $f())', {}, { limitMs: 200 })).rejects.toThrow('longer than');
    clearInterval(turn);
    expect(turns).toBeGreaterThan(3);
  });

  it('stops when its signal fires', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const running = evaluate('($f := function() { $f() }; $f())', {}, { signal: controller.signal, limitMs: 60_000 });
    setImmediate(() => controller.abort(reason));
    await expect(running).rejects.toBe(reason);
  });

  it('refuses a pattern that would take gigabytes', async () => {
    const failure = { retryable: false, message: expect.stringContaining('too large') as string };
    await expect(evaluate(`$contains("x", /(?:${'a'.repeat(900)}){1000}/)`)).rejects.toMatchObject(failure);
  });

  it('searches in linear time', async () => {
    const text = 'a'.repeat(5_000);
    expect(await evaluate('$contains(text, /^(a+)+$/)', { text: `${text}!` })).toBe(false);
    expect(await evaluate('$match("ab12cd3", /([a-z]+)([0-9]+)/).match')).toEqual(['ab12', 'cd3']);
    expect(await evaluate('$match("ab12", /([a-z]+)|([0-9]+)/)[1].groups')).toEqual([null, '12']);
    expect(await evaluate('$replace("Hello World", /(O)/i, "<$1>")')).toBe('Hell<o> W<o>rld');
    expect(await evaluate('$split("a, b,c", /, */)')).toEqual(['a', 'b', 'c']);
    expect(await evaluate('$match("a\\nb", /^b$/m).index')).toBe(2);
    const long = { text: 'a'.repeat(1_048_576) };
    await expect(evaluate('$match(text, /(ab|cd[ef]{10})*x/)', long)).rejects.toThrow('too long');
    await expect(evaluate('$count($match(text, /a.*z|a/))', { text: 'a'.repeat(200_000) })).rejects.toThrow(
      'takes too long',
    );
  });

  it('sorts and finds distinct values of long arrays', async () => {
    const list = numbers(50_000);
    expect(await evaluate('$sort(list)', { list })).toEqual(list.toSorted((a, b) => a - b));
    expect(await evaluate('$count($distinct($append(list, list)))', { list })).toBe(50_000);
    expect(await evaluate('$sort(["b", "a"])')).toEqual(['a', 'b']);
    expect(
      await evaluate('$sort(list, function($a, $b) { $a.n > $b.n }).t', {
        list: [
          { n: 2, t: 'b' },
          { n: 1, t: 'a' },
          { n: 2, t: 'c' },
        ],
      }),
    ).toEqual(['a', 'b', 'c']);
    expect(await evaluate('$distinct([1, "1", { "a": 1, "b": 2 }, { "b": 2, "a": 1 }, 1])')).toEqual([
      1,
      '1',
      { a: 1, b: 2 },
    ]);
    expect(await evaluate('$sort(nothing)')).toBeUndefined();
    await expect(evaluate('$sort([1, "a"])')).rejects.toThrow('$sort');
  });

  it('pads as documented', async () => {
    expect(
      await evaluate('[$pad("foo", 5), $pad("foo", -5), $pad("foo", 6, "#-"), $pad("foo", 2), $pad("é😀", -4, "#")]'),
    ).toEqual(['foo  ', '  foo', 'foo#-#', 'foo', '##é😀']);
  });

  it('reaches no prototype and no code', async () => {
    expect(await evaluate('constructor')).toBeUndefined();
    expect(await evaluate('"".constructor.constructor')).toBeUndefined();
    expect(await evaluate('{}.__proto__')).toBeUndefined();
    await evaluate('$ ~> | $ | { "__proto__": { "polluted": 1 } } |', { a: {} });
    await evaluate('$merge([{ "__proto__": { "polluted": 1 } }, {}])');
    await evaluate('{ "__proto__": { "polluted": 1 } }');
    expect({}).not.toHaveProperty('polluted');
    for (const source of ['constructor.constructor("return process")()', '$sum.constructor("return process")()']) {
      await evaluate(source).catch(() => undefined);
    }
    expect(JSON.stringify(await evaluate('$', parse('{"__proto__":{"a":1}}')))).toBe('{"__proto__":{"a":1}}');
  });
});
