import type { Namespace } from '../../executor/core/index.js';
import type { Scope } from './scopes.js';

/** Who sent a request. */
export interface Caller {
  /** Stable and not secret: tells callers apart without telling their keys. */
  readonly id: string;
  /** Where everything is that this request may see or make; other namespaces do not exist for it. */
  readonly namespace: Namespace;
  readonly scopes: ReadonlySet<Scope>;
}

declare module 'express-serve-static-core' {
  interface Request {
    /** Absent on public paths. */
    caller?: Caller;
  }
}
