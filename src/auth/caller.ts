/** Who sent a request. */
export interface Caller {
  /** Stable and not secret: tells callers apart without telling their keys. */
  readonly id: string;
}

declare module 'express-serve-static-core' {
  interface Request {
    /** Absent on public paths. */
    caller?: Caller;
  }
}

/** Everybody, while no key is configured. */
export const ANONYMOUS: Caller = { id: 'anonymous' };
