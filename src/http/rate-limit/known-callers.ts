const KNOWN_FOR_MS = 24 * 3_600 * 1_000;
const MOST_KNOWN = 10_000;

/** Callers that were let in lately, each with the address that it came from; the 10,000 last seen at the most. */
export class KnownCallers {
  /** Until when, by address and caller, in the order in which they were seen last. */
  private readonly until = new Map<string, number>();

  /** @param now monotonic milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {}

  has(address: string, callerId: string): boolean {
    const until = this.until.get(keyOf(address, callerId));
    return until !== undefined && until > this.now();
  }

  add(address: string, callerId: string): void {
    const key = keyOf(address, callerId);
    this.until.delete(key);
    if (this.until.size >= MOST_KNOWN) {
      const [longestUnseen] = this.until.keys();
      if (longestUnseen !== undefined) this.until.delete(longestUnseen);
    }
    this.until.set(key, this.now() + KNOWN_FOR_MS);
  }
}

function keyOf(address: string, callerId: string): string {
  return `${address} ${callerId}`;
}
