/** Something that is kept. */
export interface CacheEntry<Value> {
  readonly value: Value;
  /** Kilobytes, about. */
  readonly weight: number;
  /** Monotonic milliseconds. */
  usedAt: number;
  /** Counts the uses of all entries: the largest was used last. */
  use: number;
}

/** The room that a cache is in. */
export interface CacheHost {
  readonly isEnabled: boolean;
  now(): number;
  nextUse(): number;
  isExpired(entry: CacheEntry<unknown>): boolean;
  /** May drop other entries, of other caches too. */
  added(entry: CacheEntry<unknown>): void;
  removed(entry: CacheEntry<unknown>): void;
}

/** Values by key, each until its room is wanted for others or it was not used for long. */
export class Cache<Key, Value> {
  /** The least recently used first. */
  private readonly entries = new Map<Key, CacheEntry<Value>>();

  constructor(private readonly host: CacheHost) {}

  /** The entry that was used least recently. */
  get oldest(): CacheEntry<Value> | undefined {
    for (const entry of this.entries.values()) return entry;
    return undefined;
  }

  get(key: Key): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (this.host.isExpired(entry)) {
      this.delete(key);
      return undefined;
    }
    entry.usedAt = this.host.now();
    entry.use = this.host.nextUse();
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** Keeps `value`, in the place of an earlier one; does nothing where caches are off. */
  set(key: Key, value: Value, weight: number): void {
    if (!this.host.isEnabled) return;
    this.delete(key);
    const entry = { value, weight, usedAt: this.host.now(), use: this.host.nextUse() };
    this.entries.set(key, entry);
    this.host.added(entry);
  }

  delete(key: Key): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.host.removed(entry);
  }

  /** Lets the entry go that was used least recently. */
  dropOldest(): void {
    for (const key of this.entries.keys()) return this.delete(key);
  }
}
