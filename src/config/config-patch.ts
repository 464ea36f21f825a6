import { type ProblemDetail, ProblemError, jsonPointer } from '../http/problem/index.js';
import { type ConfigError, type ConfigFault, faultLine } from './config.errors.js';
import { quoteForFault } from './masking.js';
import { findKey } from './schema/schema.js';
import { nearestKey } from './warnings.js';

/** More names than there are keys help nobody, and each is compared with all keys. */
const MOST_FAULTS = 100;

/**
 * The texts that `body` stands for, by key, as environment variables would hold them; null takes an override back.
 *
 * @throws {ProblemError} `invalid-body` if it is no object, `config-invalid` if it names what cannot be changed.
 */
export function readPatch(body: unknown): ReadonlyMap<string, string | null> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ProblemError('invalid-body', 'a JSON object of keys and their new values is wanted');
  }
  const entries = Object.entries(body);
  const details = entries.flatMap(([name, value]) => keyFault(name, value) ?? []).slice(0, MOST_FAULTS);
  if (details.length > 0) throw invalid(details);
  return new Map(entries.map(([name, value]) => [name, textOf(value)]));
}

/** The answer to a patch that the whole configuration does not bear, with pointers into its body. */
export function patchProblem(error: ConfigError, patch: ReadonlyMap<string, unknown>): ProblemError {
  return invalid(error.faults.map((fault) => valueFault(fault, patch)));
}

function keyFault(name: string, value: unknown): ProblemDetail | undefined {
  const pointer = jsonPointer([name]);
  const key = findKey(name);
  if (key === undefined) {
    const shown = quoteForFault(name, false);
    return { pointer, code: 'unknown-key', message: `${shown} is no key; the nearest one is ${nearestKey(name)}` };
  }
  if (!key.reloadable) {
    const message = `${name} cannot be changed while the service runs: change it where it is set and restart`;
    return { pointer, code: 'needs-restart', message };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { pointer, code: 'invalid-value', message: faultLine({ key: name, got: 'an object', takes: key.takes }) };
  }
  if (typeof value === 'string' && value.trim() === '') {
    return { pointer, code: 'invalid-value', message: faultLine({ key: name, got: 'nothing', takes: key.takes }) };
  }
  return undefined;
}

function textOf(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value;
  return JSON.stringify(value);
}

/** A rule over several keys points at the one that the patch names. */
function valueFault(fault: ConfigFault, patch: ReadonlyMap<string, unknown>): ProblemDetail {
  const named = [fault.key, ...(fault.readsKeys ?? [])].find((key) => patch.has(key));
  const code = fault.readsKeys === undefined ? 'invalid-value' : 'conflicting-value';
  return { pointer: jsonPointer([named ?? fault.key]), code, message: faultLine(fault) };
}

function invalid(errors: readonly ProblemDetail[]): ProblemError {
  const faults = errors.length === 1 ? '1 fault' : `${errors.length} faults`;
  return new ProblemError('config-invalid', `nothing was changed: the body has ${faults}`, { errors });
}
