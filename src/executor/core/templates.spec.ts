import fc from 'fast-check';
import { CelExpressionCompiler } from '../expressions/index.js';
import { ExpressionSyntaxError, type TemplateScope } from './expressions.js';
import type { Json, JsonObject } from './json.js';
import { compileTemplates, templateFaults } from './templates.js';

const expressions = new CelExpressionCompiler();
const scope = (over: Partial<TemplateScope> = {}): TemplateScope => ({
  input: { url: 'http://x', n: 3, list: [1, 2] },
  nodes: { fetch: { output: { status: 200, body: 'hi' } } },
  env: { TOKEN: 's3cret' },
  run: { id: 'r_1' },
  ...over,
});
const resolve = (params: JsonObject, over?: Partial<TemplateScope>) =>
  compileTemplates(params, expressions).resolve(scope(over));
const value = (template: string): Json | undefined => {
  const resolved = resolve({ x: template });
  if (!resolved.ok) throw new Error(resolved.message);
  return resolved.params['x'];
};

describe('compileTemplates', () => {
  it('gives params without templates back as the same object', () => {
    const params = { a: 'text', b: [{ c: '$5' }], d: null };
    const compiled = compileTemplates(params, expressions);
    expect(compiled.isStatic).toBe(true);
    expect(compiled.resolve(scope())).toEqual({ ok: true, params });
    const resolved = compiled.resolve(scope());
    expect(resolved.ok && resolved.params).toBe(params);
  });

  it('keeps the type of a value that is exactly one template', () => {
    expect(value('${ input.n }')).toBe(3);
    expect(value('${input.list}')).toEqual([1, 2]);
    expect(value('${nodes.fetch.output}')).toEqual({ status: 200, body: 'hi' });
    expect(value('${null}')).toBeNull();
  });

  it('splices text in otherwise: strings as they are, other values as JSON', () => {
    expect(value('${input.url}/a')).toBe('http://x/a');
    expect(value('${run.id}: ${nodes["fetch"].output.status} ${input.list} ${null} ${true}')).toBe(
      'r_1: 200 [1,2] null true',
    );
    expect(value(' ${input.n}')).toBe(' 3');
  });

  it('leaves an escaped template as text', () => {
    expect(value('$${input.n}')).toBe('${input.n}');
    expect(compileTemplates({ x: '$${input.n}' }, expressions).isStatic).toBe(false);
  });

  it('fills templates in at any depth and leaves the params as they were', () => {
    const params = {
      headers: { auth: 'Bearer ${env.TOKEN}', plain: 'a' },
      list: ['${input.n}', ['${input.url}'], { b: '${run.id}', c: '${run.id}' }],
      same: { untouched: true },
    };
    const before = structuredClone(params);
    const resolved = resolve(params);
    expect(resolved).toEqual({
      ok: true,
      params: {
        headers: { auth: 'Bearer s3cret', plain: 'a' },
        list: [3, ['http://x'], { b: 'r_1', c: 'r_1' }],
        same: { untouched: true },
      },
    });
    expect(params).toEqual(before);
    expect(resolved.ok && resolved.params['same']).toBe(params.same);
  });

  it('does not fill templates into keys, nor into what a template gave', () => {
    expect(resolve({ '${run.id}': '${input.text}' }, { input: { text: '${run.id}' } })).toEqual({
      ok: true,
      params: { '${run.id}': '${run.id}' },
    });
  });

  it('keeps keys such as __proto__ as plain data', () => {
    const params = JSON.parse(
      '{ "__proto__": { "constructor": "${input.n}" }, "toString": "${input.n}" }',
    ) as JsonObject;
    const resolved = resolve(params);
    expect(resolved.ok && JSON.stringify(resolved.params)).toBe('{"__proto__":{"constructor":3},"toString":3}');
    expect(resolved.ok && Object.getPrototypeOf(resolved.params)).toBe(Object.prototype);
  });

  it('says where a template could not be evaluated', () => {
    expect(resolve({ a: { 'b/c': ['x ${input.missing}'] } })).toEqual({
      ok: false,
      pointer: '/a/b~1c/0',
      message: 'there is no key "missing"',
    });
  });

  it('names the nodes and variables that the templates read', () => {
    const compiled = compileTemplates(
      { a: '${nodes.fetch.output.body} ${nodes["my-node"].output}', b: ['${env.TOKEN + run.id + string(input)}'] },
      expressions,
    );
    expect(compiled.references).toEqual([
      { pointer: '/a', kind: 'node', name: 'fetch' },
      { pointer: '/a', kind: 'node', name: 'my-node' },
      { pointer: '/b/0', kind: 'env', name: 'TOKEN' },
    ]);
    expect([...compiled.nodeIds]).toEqual(['fetch', 'my-node']);
    expect([...compiled.envNames]).toEqual(['TOKEN']);
  });

  it('refuses a wrong template, naming where', () => {
    expect(() => compileTemplates({ a: ['${input.}'] }, expressions)).toThrow(ExpressionSyntaxError);
    expect(() => compileTemplates({ a: ['${input.}'] }, expressions)).toThrow('params/a/0: ');
  });

  it('gives any params without ${ back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (params) => {
        fc.pre(!JSON.stringify(params).includes('${'));
        const resolved = resolve(params as JsonObject);
        expect(resolved.ok && resolved.params).toBe(params);
      }),
    );
  });

  it('parses a list of three hundred thousand values', () => {
    expect(compileTemplates({ list: Array<Json>(300_000).fill('x') }, expressions).isStatic).toBe(true);
  });

  it('parses ten thousand nested params without recursion', () => {
    let nested: Json = '${input.n}';
    for (let depth = 0; depth < 10_000; depth++) nested = { a: nested };
    const resolved = resolve({ nested });
    expect(resolved.ok).toBe(true);
  });
});

describe('templateFaults', () => {
  it.each<[string, string]>([
    ['${input.}', 'Expected IDENTIFIER'],
    ['${', 'is not closed'],
    ['${}', 'Unexpected token'],
    ['${output.a}', 'unknown name "output": here an expression can use input, nodes, env, run'],
    ['${nodes}', 'write nodes.<id>.output'],
    ['${nodes[input.k].output}', 'write nodes.<id>.output'],
    ['${nodes.fetch}', 'write nodes.<id>.output'],
    ['${nodes.fetch.status}', 'write nodes.<id>.output'],
    ['${env}', 'write env.<NAME>'],
    ['${env[input.k]}', 'write env.<NAME>'],
    ['${run}', 'only run.id'],
    ['${run.started}', 'only run.id'],
  ])('refuses %s', (template, message) => {
    expect(templateFaults({ a: { b: template } }, expressions)).toEqual([
      { pointer: '/a/b', message: expect.stringContaining(message) as string },
    ]);
  });

  it('reports every fault, in the order of the params', () => {
    const params = { a: '${', b: { c: '${x}' }, d: ['${ok', '${input}', '${y}'] };
    expect(templateFaults(params, expressions).map(({ pointer }) => pointer)).toEqual(['/a', '/b/c', '/d/0', '/d/2']);
  });

  it('finds nothing wrong where compiling succeeds', () => {
    expect(templateFaults({ a: '${input.a}', b: 1 }, expressions)).toEqual([]);
  });

  it('lets an unexpected failure of the compiler through', () => {
    const broken = {
      compile: () => {
        throw new TypeError('broken');
      },
      pattern: () => () => true,
    };
    expect(() => templateFaults({ a: '${x}' }, broken)).toThrow(TypeError);
  });
});
