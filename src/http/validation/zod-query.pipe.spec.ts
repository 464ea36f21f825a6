import { z } from 'zod';
import { cursorQuery, encodeCursor, limitQuery } from '../pagination/index.js';
import { ProblemError } from '../problem/index.js';
import { queryFlag, queryNumber, queryTimestamp } from './query-fields.js';
import { ZodQueryPipe } from './zod-query.pipe.js';

const pipe = new ZodQueryPipe(
  z.object({
    limit: limitQuery({ default: 50, max: 200 }),
    cursor: cursorQuery(/^r_\d+$/),
    label: z.array(z.string().regex(/:/, { error: 'takes key:value' })).optional(),
    wait: queryNumber({ min: 0, max: 60 }).optional(),
    verbose: queryFlag().optional(),
    created_after: queryTimestamp().optional(),
  }),
);

function errorsOf(query: object): ProblemError['errors'] {
  try {
    pipe.transform(query);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    expect(error).toMatchObject({ code: 'invalid-parameter', status: 400 });
    return error.errors;
  }
  throw new Error('the query was accepted');
}

describe('ZodQueryPipe', () => {
  it('fills in defaults', () => {
    expect(pipe.transform({})).toEqual({ limit: 50 });
  });

  it('turns text into values', () => {
    const cursor = encodeCursor('r_7');
    const query = { limit: '200', cursor, wait: '1.5', verbose: 'true', created_after: '2026-01-01T00:00:00Z' };
    expect(pipe.transform(query)).toEqual({
      limit: 200,
      cursor: 'r_7',
      wait: 1.5,
      verbose: true,
      created_after: Date.UTC(2026, 0, 1),
    });
  });

  it('takes one value or several for a list', () => {
    expect(pipe.transform({ label: 'a:1' }).label).toEqual(['a:1']);
    expect(pipe.transform({ label: ['a:1', 'b:2'] }).label).toEqual(['a:1', 'b:2']);
  });

  it.each(['0', '201', '-1', '1.5', '1e2', '0x10', '', ' 5', 'many'])(
    'refuses the limit %p, never bends it',
    (limit) => {
      expect(errorsOf({ limit })).toEqual([
        { parameter: 'limit', code: expect.any(String) as unknown, message: 'takes an integer from 1 to 200' },
      ]);
    },
  );

  it('names each parameter at fault, the unknown and the repeated ones too', () => {
    const errors = errorsOf({
      limti: '5',
      limit: ['1', '2'],
      label: ['a:1', 'b'],
      cursor: 'x',
      created_after: 'today',
    });
    expect(errors).toEqual([
      {
        parameter: 'limti',
        code: 'unknown-parameter',
        message: 'is unknown here; accepted: limit, cursor, label, wait, verbose, created_after',
      },
      { parameter: 'limit', code: 'repeated', message: 'is given more than once' },
      { parameter: 'cursor', code: 'invalid', message: expect.stringContaining('next_cursor') as unknown },
      { parameter: 'label', code: 'invalid-format', message: 'takes key:value' },
      { parameter: 'created_after', code: 'invalid-format', message: expect.stringContaining('RFC 3339') as unknown },
    ]);
  });

  it('does not mistake what every object has for a parameter', () => {
    expect(errorsOf({ constructor: '1' })).toMatchObject([{ code: 'unknown-parameter' }]);
    expect(errorsOf(JSON.parse('{"__proto__":"1"}') as object)).toMatchObject([{ code: 'unknown-parameter' }]);
  });

  it('refuses a day that does not exist', () => {
    expect(errorsOf({ created_after: '2026-13-01T00:00:00Z' })).toMatchObject([
      { message: 'is not a time that exists' },
    ]);
  });
});
