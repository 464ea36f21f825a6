const KNOWN_FOR_MS = 24 * 3_600 * 1_000;
const MOST_KNOWN = 10_000;

/** Callers that were let in lately, each with the address that it came from; the 10,000 last seen at the most. */
export class KnownCallers {
  /** Until when, by address and caller, in the order in which they were seen last. */
  private readonly until = new Map<string, number>();
  /** Whoever was seen last stands at the end already, which is where most requests find their caller. */
  private last: string | undefined;

  /** @param now monotonic milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether a caller is known; who is, will be for another day from now on. */
  renew(address: string, callerId: string): boolean {
    const key = keyOf(address, callerId);
    const until = this.until.get(key);
    const now = this.now();
    if (until === undefined || until <= now) return false;
    this.put(key, now);
    return true;
  }

  add(address: string, callerId: string): void {
    this.put(keyOf(address, callerId), this.now());
  }

  private put(key: string, now: number): void {
    if (key !== this.last) this.makeLast(key);
    this.until.set(key, now + KNOWN_FOR_MS);
  }

  private makeLast(key: string): void {
    this.last = key;
    this.until.delete(key);
    if (this.until.size >= MOST_KNOWN) {
      const [longestUnseen] = this.until.keys();
      if (longestUnseen !== undefined) this.until.delete(longestUnseen);
    }
  }
}

function keyOf(address: string, callerId: string): string {
  return `${address} ${callerId}`;
}
