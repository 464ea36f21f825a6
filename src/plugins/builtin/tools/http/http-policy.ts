/** Port: what agents may call over HTTP, taken from the configuration. The class is the injection token. */
export abstract class HttpPolicy {
  /** Whether loopback, private and link-local addresses may be called. */
  abstract readonly allowPrivate: boolean;
  /**
   * Entries `host`, `host:port` or `*.suffix`. When not empty, the only hosts that may be called; a listed host may have
   * any address but that of a cloud's metadata service, which must be listed by its own name or address.
   */
  abstract readonly allowedHosts: readonly string[];
  /** Hosts that may never be called, in the same form; they win over everything else. None when left out. */
  abstract readonly deniedHosts?: readonly string[];
  /** Largest decoded body of an answer, in bytes; 1 MiB when left out. */
  abstract readonly maxResponseBytes?: number;
}
