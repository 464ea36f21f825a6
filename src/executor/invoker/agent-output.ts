import type { Json } from '../core/index.js';
import { AgentError } from '../../plugins/index.js';
import type { SecretMask } from './secret-mask.js';

export interface OutputLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

/**
 * What an agent returned, as JSON: a copy that the agent cannot change any more, and the same value that a replay reads.
 *
 * @throws {AgentError} `InvalidOutput` if it is not JSON or nests too deep, `OutputTooLarge` above the limit.
 */
export function toJsonOutput(output: unknown, limits: OutputLimits, mask: SecretMask): Json {
  const text = stringify(output);
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.maxBytes) {
    throw invalid('OutputTooLarge', `the output has ${bytes} bytes, more than the ${limits.maxBytes} allowed`);
  }
  // Each level takes two characters at least: a short text need not be searched.
  if (text.length > 2 * limits.maxDepth && depthOf(text) > limits.maxDepth) {
    throw invalid('InvalidOutput', `the output nests deeper than the ${limits.maxDepth} levels allowed`);
  }
  return mask.json(JSON.parse(text) as Json);
}

function stringify(output: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(output);
  } catch (cause) {
    throw invalid('InvalidOutput', 'the output cannot be written as JSON (a cycle, a BigInt or too deep)', cause);
  }
  if (text === undefined) throw invalid('InvalidOutput', `the output is ${typeof output}, not JSON`);
  return text;
}

function invalid(type: string, message: string, cause?: unknown): AgentError {
  return new AgentError(message, { type, retryable: false, cause });
}

/** Levels of arrays and objects in a JSON text, without recursion. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth -= 1;
  }
  return deepest;
}
