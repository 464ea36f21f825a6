import type { RequestHandler } from 'express';
import { addressIn } from './address.js';

declare module 'express-serve-static-core' {
  interface Request {
    /**
     * Where the request comes from: the address of the connection, or what a trusted proxy says (SECURITY__TRUST_PROXY).
     * Always an address in its usual form, but `unknown` once the client has gone.
     */
    clientAddress: string;
  }
}

/** Finds out where a request comes from. What a proxy forwards that is no address counts as the proxy's own. */
export function clientAddress(): RequestHandler {
  return (request, _response, next) => {
    request.clientAddress = addressIn(request.ip) ?? addressIn(request.socket.remoteAddress) ?? 'unknown';
    next();
  };
}
