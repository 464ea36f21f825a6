/** What `inFlight` callers, each calling again as soon as it is answered, came to. */
export interface LoopResult {
  readonly perSec: number;
  /** How long each call took, in milliseconds. */
  readonly latencies: readonly number[];
}

/** Makes `total` calls, `inFlight` at a time; `call` gets the number of its caller. */
export async function closedLoop(
  { inFlight, total }: { readonly inFlight: number; readonly total: number },
  call: (caller: number) => Promise<void>,
): Promise<LoopResult> {
  const latencies: number[] = [];
  let begun = 0;
  const caller = async (_: unknown, index: number): Promise<void> => {
    while (begun < total) {
      begun += 1;
      const startedAt = performance.now();
      await call(index);
      latencies.push(performance.now() - startedAt);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: inFlight }).map(caller));
  return { perSec: total / ((performance.now() - startedAt) / 1_000), latencies };
}
