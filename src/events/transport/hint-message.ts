import { NAMESPACE, namespace, runId } from '../../executor/core/index.js';
import type { Hint } from '../relay.js';

/** What one process tells the others at once. */
export interface HintMessage {
  /** The process, in this life of it. */
  readonly from: string;
  /** Counts the messages with hints of that process: that of this one, or of the last one before it if it has none. */
  readonly number: number;
  /** What else it says: it goes on as before, it will be silent for longer, or it ends. */
  readonly mood: Mood;
  readonly hints: readonly Hint[];
}

export type Mood = 'active' | 'idle' | 'leaving';

/** Whatever writes to the channel is heard: what no statement of a database takes must not get as far as one. */
const RUN_ID_SHAPE = /^r_[0-9a-z]{1,26}$/;
const MAX_SEQ = 2_147_483_647;

const MOODS: readonly string[] = ['active', 'idle', 'leaving'] satisfies readonly Mood[];

/** As short as it gets: PostgreSQL takes 8,000 bytes. */
export function hintText(hint: Hint): string {
  switch (hint.kind) {
    case 'entries':
      return JSON.stringify(['e', hint.runId, hint.namespace, hint.firstSeq, hint.lastSeq, hint.isRunLevel ? 1 : 0]);
    case 'cancel':
      return JSON.stringify(['c', hint.runId]);
    case 'attempt':
      return JSON.stringify(['a', hint.runId, hint.nodeId, hint.attempt]);
    case 'key':
      return JSON.stringify(['k', hint.keyId]);
  }
}

/** The message of hints whose texts are given. */
export function messageText(
  { from, number, mood }: Omit<HintMessage, 'hints'>,
  hintTexts: readonly string[] = [],
): string {
  return `["${from}",${number},"${mood}",[${hintTexts.join(',')}]]`;
}

/** Undefined if it is none. Hints of kinds that are not known, of a later version say, are left out. */
export function parseMessage(text: string): HintMessage | undefined {
  const parts = parseJson(text);
  if (!Array.isArray(parts)) return undefined;
  const [from, number, mood, hints] = parts as unknown[];
  if (typeof from !== 'string' || !Number.isSafeInteger(number) || !isMood(mood) || !Array.isArray(hints))
    return undefined;
  return { from, number: Number(number), mood, hints: hints.map(toHint).filter((hint) => hint !== undefined) };
}

function toHint(parts: unknown): Hint | undefined {
  if (!Array.isArray(parts)) return undefined;
  const [kind, id, second, third, fourth, fifth] = parts as unknown[];
  if (typeof id !== 'string') return undefined;
  if (kind === 'k') return { kind: 'key', keyId: id };
  if (!RUN_ID_SHAPE.test(id)) return undefined;
  if (kind === 'c') return { kind: 'cancel', runId: runId(id) };
  if (typeof second !== 'string' || !isSeq(third)) return undefined;
  if (kind === 'a') return { kind: 'attempt', runId: runId(id), nodeId: second, attempt: third };
  if (kind !== 'e' || !NAMESPACE.test(second) || !isSeq(fourth) || fourth < third) return undefined;
  return {
    kind: 'entries',
    runId: runId(id),
    namespace: namespace(second),
    firstSeq: third,
    lastSeq: fourth,
    isRunLevel: fifth !== 0,
  };
}

function isSeq(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_SEQ;
}

function isMood(value: unknown): value is Mood {
  return typeof value === 'string' && MOODS.includes(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
