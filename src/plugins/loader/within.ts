/**
 * What `load` resolves to, if that is in time. It cannot be stopped: what it still does later is not waited for.
 *
 * @throws if it takes longer than `seconds`.
 */
export async function within<T>(seconds: number, load: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const message = `it took longer to load than PLUGINS__PLUGIN_TIMEOUT_SEC (${seconds} s)`;
  const timer = setTimeout(() => late.reject(new Error(message)), seconds * 1_000);
  try {
    return await Promise.race([load(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
