import { AgentError } from '../../plugins/index.js';
import { toJsonOutput } from './agent-output.js';
import { SecretMask } from './secret-mask.js';

const LIMITS = { maxBytes: 100, maxDepth: 3 };
const NO_SECRETS = new SecretMask([]);

function failureOf(output: unknown): { readonly type: string; readonly retryable: boolean } {
  try {
    toJsonOutput(output, LIMITS, NO_SECRETS);
  } catch (error) {
    if (error instanceof AgentError) return { type: error.type, retryable: error.retryable };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('toJsonOutput', () => {
  it('gives a copy that later changes of the original do not reach', () => {
    const original = { list: [1] };
    const output = toJsonOutput(original, LIMITS, NO_SECRETS);
    original.list.push(2);
    expect(output).toEqual({ list: [1] });
  });

  it('gives what a replay reads: dates as text, undefined left out', () => {
    const output = toJsonOutput({ at: new Date(0), none: undefined }, LIMITS, NO_SECRETS);
    expect(output).toEqual({ at: '1970-01-01T00:00:00.000Z' });
  });

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a BigInt', 1n],
    ['too deep', [[[[1]]]]],
  ])('refuses %s, not to be retried', (_name, output) => {
    expect(failureOf(output)).toEqual({ type: 'InvalidOutput', retryable: false });
  });

  it('refuses a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(failureOf(cycle)).toEqual({ type: 'InvalidOutput', retryable: false });
  });

  it('does not take brackets in strings for levels', () => {
    expect(toJsonOutput({ text: '[[[[{{{{\\"[' }, LIMITS, NO_SECRETS)).toEqual({ text: '[[[[{{{{\\"[' });
  });

  it('refuses what is larger than the limit in bytes, saying both sizes', () => {
    expect(() => toJsonOutput('ä'.repeat(50), LIMITS, NO_SECRETS)).toThrow(/102 bytes, more than the 100/);
  });
});
