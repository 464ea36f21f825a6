import type { Request } from 'express';
import { networkOf } from '../client-address/index.js';

/** Who requests are counted for. */
export interface Subject {
  readonly kind: 'caller' | 'address';
  /** Not secret: the id of a caller, or a network. */
  readonly id: string;
}

/** The id that every caller has where no key is asked for: it tells nobody apart. */
const ANONYMOUS = 'anonymous';

/** The caller of a request; its address where there is no key to know a caller by. */
export function subjectOf(request: Request): Subject {
  const { caller } = request;
  return caller === undefined || caller.id === ANONYMOUS ? addressSubject(request) : { kind: 'caller', id: caller.id };
}

/** The address of a request, whoever its caller is. */
export function addressSubject(request: Request): Subject {
  return { kind: 'address', id: networkOf(request.clientAddress) };
}
