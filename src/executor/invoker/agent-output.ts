import type { SecretRegistry } from '../../config/index.js';
import { type Json, jsonPointer, outputFileName, textFaultIn } from '../core/index.js';
import { AgentError } from '../../plugins/index.js';
import { LargeOutput } from '../outputs/index.js';
import { nestsDeeper } from './json-depth.js';

export interface OutputLimits {
  /** Largest output that the journal itself holds, in bytes of JSON. */
  readonly maxInlineBytes: number;
  /** Largest output of all. */
  readonly maxBytes: number;
  readonly maxDepth: number;
}

export interface OutputRules {
  readonly limits: OutputLimits;
  readonly secrets: SecretRegistry;
}

/** What an attempt that succeeded hands on: an output as it is, or a large one together with its file. */
export type AgentOutput = Json | LargeOutput;

/**
 * What an agent returned, as JSON: a copy that the agent cannot change any more, and the same value that a replay reads.
 *
 * @throws {AgentError} `InvalidOutput` if it is not JSON, nests too deep or holds text that no request may hold either;
 *   `OutputTooLarge` above the limit.
 */
export function toAgentOutput(
  output: unknown,
  attempt: { readonly nodeId: string; readonly attempt: number },
  { limits, secrets }: OutputRules,
): AgentOutput {
  const text = stringify(output);
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.maxBytes) {
    const allowed = `more than the ${limits.maxBytes} allowed (EXECUTION__MAX_ARTIFACT_BYTES)`;
    throw invalid('OutputTooLarge', `the output has ${bytes} bytes, ${allowed}`);
  }
  // Each level takes two characters at least: a short text need not be searched.
  if (text.length > 2 * limits.maxDepth && nestsDeeper(text, limits.maxDepth)) {
    throw invalid('InvalidOutput', `the output nests deeper than the ${limits.maxDepth} levels allowed`);
  }
  const parsed = JSON.parse(text) as Json;
  assertStorable(parsed, text);
  const holdsSecret = secrets.isIn(text);
  const value = holdsSecret ? secrets.json(parsed) : parsed;
  if (bytes <= limits.maxInlineBytes) return value;
  // What is stored is what others may see; hardly ever is it longer for it.
  const stored = holdsSecret ? JSON.stringify(value) : text;
  if (Buffer.byteLength(stored) <= limits.maxInlineBytes) return value;
  return LargeOutput.of(value, stored, outputFileName(attempt.nodeId, attempt.attempt));
}

function assertStorable(output: Json, text: string): void {
  const fault = textFaultIn(output, text);
  if (fault === undefined) return;
  const place = fault.path.length === 0 ? '' : ` at ${jsonPointer(fault.path)}`;
  const accepted = 'accepted is Unicode without U+0000 and without halves of surrogate pairs';
  throw invalid('InvalidOutput', `the output holds ${fault.holds}${place}; ${accepted}`);
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
