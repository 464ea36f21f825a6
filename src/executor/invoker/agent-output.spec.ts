import { createHash } from 'node:crypto';
import { epochMs } from '../core/index.js';
import { AgentError } from '../../plugins/index.js';
import { LargeOutput } from '../outputs/index.js';
import { type AgentOutput, toAgentOutput } from './agent-output.js';
import { SecretRegistry } from '../../config/index.js';

const LIMITS = { maxInlineBytes: 60, maxBytes: 100, maxDepth: 3 };
const ATTEMPT = { nodeId: 'a', attempt: 2 };
const NO_SECRETS = new SecretRegistry();

const take = (output: unknown, secrets = NO_SECRETS): AgentOutput =>
  toAgentOutput(output, ATTEMPT, { limits: LIMITS, secrets });
/** A string whose JSON has so many bytes. */
const textOf = (bytes: number): string => 'x'.repeat(bytes - 2);

function failureOf(output: unknown): { readonly type: string; readonly retryable: boolean } {
  try {
    take(output);
  } catch (error) {
    if (error instanceof AgentError) return { type: error.type, retryable: error.retryable };
    throw error;
  }
  throw new Error('it was accepted');
}

function largeOf(output: unknown, secrets?: SecretRegistry): LargeOutput {
  const taken = take(output, secrets);
  if (taken instanceof LargeOutput) return taken;
  throw new Error('it is not large');
}

describe('toAgentOutput', () => {
  it('gives a copy that later changes of the original do not reach', () => {
    const original = { list: [1] };
    const output = take(original);
    original.list.push(2);
    expect(output).toEqual({ list: [1] });
  });

  it('gives what a replay reads: dates as text, undefined left out', () => {
    const output = take({ at: new Date(0), none: undefined });
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
    expect(take({ text: '[[[[{{{{\\"[' })).toEqual({ text: '[[[[{{{{\\"[' });
  });

  it('refuses what is larger than the limit in bytes, not to be retried, saying both sizes and the key', () => {
    expect(failureOf(textOf(101))).toEqual({ type: 'OutputTooLarge', retryable: false });
    const message = 'the output has 102 bytes, more than the 100 allowed (EXECUTION__MAX_ARTIFACT_BYTES)';
    expect(() => take('ä'.repeat(50))).toThrow(message);
  });
});

describe('an output that the journal does not hold itself', () => {
  it('begins one byte above the limit', () => {
    expect(take(textOf(60))).toBe(textOf(60));
    expect(largeOf(textOf(61)).ref.bytes).toBe(61);
    expect(largeOf(textOf(100)).ref.bytes).toBe(100);
  });

  it('comes with its file, which its reference tells from every other', () => {
    const value = { text: 'ü'.repeat(30) };
    const large = largeOf(value);
    const text = JSON.stringify(value);
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect(large.value).toEqual(value);
    expect(large.ref).toEqual({ artifact: '$output.a.2.json', bytes: 71, sha256 });
    expect(large.toFile('a', epochMs(5))).toEqual({
      name: '$output.a.2.json',
      nodeId: 'a',
      contentType: 'application/json',
      bytes: 71,
      sha256,
      createdAt: 5,
      body: Buffer.from(text),
    });
  });

  it('holds no secret, and is as large as it is without', () => {
    const secrets = new SecretRegistry(['s3cr3t']);
    const large = largeOf(`${'x'.repeat(60)}s3cr3t`, secrets);
    expect(large.value).toBe(`${'x'.repeat(60)}***`);
    expect(Buffer.from(large.toFile('a', epochMs(0)).body).toString()).toBe(JSON.stringify(large.value));
    expect(take(`${'x'.repeat(54)}s3cr3t`, secrets)).toBe(`${'x'.repeat(54)}***`);
  });
});
