import type { EntriesHint, Hint } from '../relay.js';
import { hintText } from './hint-message.js';

/** Hints that wait to be sent, at most `capacity`; those about the same thing are one. */
export class HintOutbox {
  private readonly waiting = new Map<string, Hint>();

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.waiting.size;
  }

  /** False if there was no room for it. */
  add(hint: Hint): boolean {
    const key = keyOf(hint);
    const before = this.waiting.get(key);
    if (before === undefined && this.waiting.size >= this.capacity) return false;
    const isJoined = before?.kind === 'entries' && hint.kind === 'entries';
    this.waiting.set(key, isJoined ? joined(before, hint) : hint);
    return true;
  }

  /** Takes out the oldest ones, as texts that fill at most so many bytes with a comma after each. */
  take(maxBytes: number): string[] {
    const texts: string[] = [];
    let bytes = 0;
    for (const [key, hint] of this.waiting) {
      const text = hintText(hint);
      bytes += Buffer.byteLength(text) + 1;
      if (bytes > maxBytes && texts.length > 0) break;
      this.waiting.delete(key);
      texts.push(text);
    }
    return texts;
  }
}

function keyOf(hint: Hint): string {
  switch (hint.kind) {
    case 'entries':
      return hint.runId;
    case 'cancel':
      return `cancel ${hint.runId}`;
    case 'attempt':
      return `attempt ${hint.runId} ${hint.attempt} ${hint.nodeId}`;
    case 'key':
      return `key ${hint.keyId}`;
  }
}

function joined(before: EntriesHint, hint: EntriesHint): EntriesHint {
  return {
    ...hint,
    firstSeq: Math.min(before.firstSeq, hint.firstSeq),
    lastSeq: Math.max(before.lastSeq, hint.lastSeq),
    isRunLevel: before.isRunLevel || hint.isRunLevel,
  };
}
