/** Resolves after `ms` milliseconds; rejects with the reason of `signal` as soon as that is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(reasonOf(signal));
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      if (signal !== undefined) reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Why a signal was aborted: an `AbortError` or a `TimeoutError`, unless its owner gave something else. */
export function reasonOf(signal: AbortSignal): Error {
  return signal.reason as Error;
}
