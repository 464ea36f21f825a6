const POLL_MS = 10;

/** Resolves with the first value of `probe` that is not undefined or false; fails after `timeoutMs`, saying `what` was awaited. */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 20_000,
): Promise<T> {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
}
