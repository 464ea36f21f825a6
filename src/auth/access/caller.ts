import type { EpochMs, Namespace, RunId } from '../../executor/core/index.js';
import type { Scope } from './scopes.js';

/** What a caller showed to be known by. A `keyId` names the key that vouches for the caller: it is not secret. */
export type Credential =
  | {
      readonly kind: 'key';
      readonly keyId: string;
      /** Null if the key never expires by itself. */
      readonly expiresAt: EpochMs | null;
    }
  /** A JWT; `keyId` only if it was made from a key of ours. */
  | { readonly kind: 'token'; readonly keyId?: string }
  /** Good for one run alone. */
  | { readonly kind: 'stream-token'; readonly runId: RunId; readonly keyId?: string };

/** Who sent a request. */
export interface Caller {
  /** Stable and not secret: tells callers apart without telling their keys. */
  readonly id: string;
  /** Where everything is that this request may see or make; other namespaces do not exist for it. */
  readonly namespace: Namespace;
  readonly scopes: ReadonlySet<Scope>;
  /** Absent for whoever is let in without being asked for anything, where no credential is configured. */
  readonly credential?: Credential;
}

declare module 'express-serve-static-core' {
  interface Request {
    /** Absent on public paths, unless the request carries a valid credential all the same. */
    caller?: Caller;
  }
}
