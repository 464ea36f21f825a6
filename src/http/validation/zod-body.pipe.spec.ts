import { z } from 'zod';
import { ProblemError } from '../problem/index.js';
import { ZodBodyPipe } from './zod-body.pipe.js';

const condition: z.ZodType = z.lazy(() =>
  z.union([
    z.string(),
    z.strictObject({ var: z.string(), op: z.enum(['==', '!=']) }),
    z.strictObject({ not: condition }),
  ]),
);
const schema = z.strictObject({
  name: z.string().min(1),
  nodes: z.array(z.strictObject({ id: z.string(), type: z.string(), cond: condition.optional() })),
  input: z.record(z.string(), z.unknown()).optional(),
  mode: z.enum(['a', 'b']).default('a'),
});
const pipe = new ZodBodyPipe(schema, 'graph-invalid');

function problemOf(body: unknown): ProblemError {
  try {
    pipe.transform(body);
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('the body was accepted');
}

describe('ZodBodyPipe', () => {
  it('returns the very value it was given', () => {
    const body: unknown = JSON.parse('{"name":"n","nodes":[],"input":{"__proto__":{"a":1},"constructor":1}}');
    expect(pipe.transform(body)).toBe(body);
    expect(JSON.stringify(body)).toContain('"__proto__":{"a":1}');
  });

  it.each([
    [undefined, 'the body is missing; a JSON object is wanted'],
    [null, 'the body is null; a JSON object is wanted'],
    [[], 'the body is an array; a JSON object is wanted'],
    ['text', 'the body is a string; a JSON object is wanted'],
  ])('answers 400 to %j', (body, detail) => {
    expect(problemOf(body)).toMatchObject({ code: 'invalid-body', status: 400, message: detail });
  });

  it('takes no body for an empty object where the body is optional', () => {
    const optional = new ZodBodyPipe(z.strictObject({ a: z.string().optional() }), 'run-invalid', { optional: true });
    expect(optional.transform(undefined)).toEqual({});
  });

  it('points at every fault', () => {
    const problem = problemOf({ name: '', nodes: [{ id: 1 }, 'x'], mode: 'c' });
    expect(problem).toMatchObject({ code: 'graph-invalid', status: 422, message: 'the body has 5 faults' });
    expect(problem.errors).toEqual([
      { pointer: '/name', code: 'too-small', message: expect.any(String) as unknown },
      { pointer: '/nodes/0/id', code: 'invalid-type', message: 'Invalid input: expected string, received number' },
      { pointer: '/nodes/0/type', code: 'required', message: 'is required: takes a string' },
      { pointer: '/nodes/1', code: 'invalid-type', message: 'Invalid input: expected object, received string' },
      { pointer: '/mode', code: 'invalid-value', message: 'Invalid option: expected one of "a"|"b"' },
    ]);
  });

  it('names the nearest known field for each unknown one', () => {
    const body: unknown = JSON.parse(
      '{"nmae":"n","name":"n","nodes":[{"id":"a","tpye":"t","type":"t"}],"__proto__":1}',
    );
    expect(problemOf(body).errors).toEqual([
      {
        pointer: '/nodes/0/tpye',
        code: 'unknown-field',
        message: 'unknown field "tpye"; the nearest known one is "type"',
      },
      { pointer: '/nmae', code: 'unknown-field', message: 'unknown field "nmae"; the nearest known one is "name"' },
      { pointer: '/__proto__', code: 'unknown-field', message: expect.stringContaining('"__proto__"') as unknown },
    ]);
  });

  it('reports the faults of that option of a union which was meant', () => {
    const body = { name: 'n', nodes: [{ id: 'a', type: 't', cond: { not: { var: 'x', op: '=' } } }] };
    expect(problemOf(body).errors).toEqual([
      { pointer: '/nodes/0/cond/not/op', code: 'invalid-value', message: expect.stringContaining('"=="') as unknown },
    ]);
  });

  it('says what a union takes when none of its options was meant', () => {
    const body = { name: 'n', nodes: [{ id: 'a', type: 't', cond: 5 }] };
    expect(problemOf(body).errors).toEqual([
      { pointer: '/nodes/0/cond', code: 'invalid-type', message: 'takes one of: string, object' },
    ]);
  });

  it('lists a hundred faults and counts the rest', () => {
    const problem = problemOf({ name: 'n', nodes: Array.from({ length: 130 }, () => 1) });
    expect(problem.message).toBe('the body has 130 faults');
    expect(problem.errors).toHaveLength(101);
    expect(problem.errors?.at(-1)).toEqual({ code: 'more-faults', message: '30 more faults are not listed' });
  });
});
