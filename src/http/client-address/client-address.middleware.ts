import type { Socket } from 'node:net';
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
  const ends = new WeakMap<Socket, string>();
  /** A connection has the same other end for as long as it lasts. */
  const endOf = (socket: Socket): string => {
    const known = ends.get(socket);
    if (known !== undefined) return known;
    const end = addressIn(socket.remoteAddress);
    if (end !== undefined) ends.set(socket, end);
    return end ?? 'unknown';
  };
  return (request, _response, next) => {
    const forwarded = request.headers['x-forwarded-for'] === undefined ? undefined : addressIn(request.ip);
    request.clientAddress = forwarded ?? endOf(request.socket);
    next();
  };
}
