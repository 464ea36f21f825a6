import { hash } from 'node:crypto';

/** How long a token counts as checked: the bound on how long a key that signed it still counts after it was withdrawn. */
const KEPT_MS = 30_000;
const MAX_KEPT = 5_000;

/** Tokens that were checked a moment ago, by their digest: checking one again costs a hundred times as much as finding it here. */
export class VerifiedTokens<Verified> {
  private readonly kept = new Map<string, { readonly value: Verified; readonly until: number }>();

  /** What `check` makes of the token, or made of it a moment ago. Nothing is kept of a token that is wrong. */
  async get(
    token: string,
    check: () => Promise<{ readonly value: Verified; readonly expiresAtMs: number } | undefined>,
  ): Promise<Verified | undefined> {
    const digest = hash('sha256', token);
    const found = this.kept.get(digest);
    if (found !== undefined && found.until > Date.now()) return found.value;
    const checked = await check();
    if (checked === undefined) {
      this.kept.delete(digest);
      return undefined;
    }
    if (this.kept.size >= MAX_KEPT) this.kept.clear();
    this.kept.set(digest, { value: checked.value, until: Math.min(Date.now() + KEPT_MS, checked.expiresAtMs) });
    return checked.value;
  }
}
