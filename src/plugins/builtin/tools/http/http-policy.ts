/** Port: what agents may call over HTTP, taken from the configuration. The class is the injection token. */
export abstract class HttpPolicy {
  /** Whether loopback, private, link-local and other addresses that are not public may be called. */
  abstract readonly allowPrivate: boolean;
  /**
   * Entries `host`, `host:port` or `*.suffix`. When not empty, the only hosts that may be called; a listed host may have
   * any address.
   */
  abstract readonly allowedHosts: readonly string[];
  /** Largest decoded body of an answer, in bytes; 1 MiB when left out. */
  abstract readonly maxResponseBytes?: number;
}
