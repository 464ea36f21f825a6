import { CelExpressionCompiler } from '../expressions/index.js';
import { compileOver } from './expressions.js';

const expressions = new CelExpressionCompiler();

describe('compileOver', () => {
  it('compiles an expression over the names given', () => {
    expect(compileOver(['error'], 'error.status == 503', expressions).evaluate({ error: { status: 503 } })).toEqual({
      ok: true,
      value: true,
    });
  });

  it('refuses any other name and says which there are', () => {
    expect(() => compileOver(['output', 'input'], 'output.a && ancestor.b', expressions)).toThrow(
      'unknown name "ancestor": here an expression can use output, input',
    );
  });
});
