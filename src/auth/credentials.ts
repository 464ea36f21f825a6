import type { Request } from 'express';
import { RUN_ID, type RunId, runId } from '../executor/core/index.js';

const BEARER = /^Bearer +(\S+) *$/i;
const STREAM_PATH = /^\/runs\/([^/]+)\/stream\/?$/i;

/** What a request carries to be known by. */
export interface Credentials {
  /** What may be a key, in the order in which it is tried. */
  readonly keys: readonly string[];
  /** What may be a JWT. */
  readonly token?: string;
  /** A token in the address, where one is taken: for the stream of the run, as `EventSource` cannot send headers. */
  readonly stream?: { readonly token: string; readonly runId: RunId };
}

/** Reads the headers, and the query of streams alone. */
export function credentialsOf(request: Request): Credentials {
  const token = BEARER.exec(request.get('Authorization') ?? '')?.[1];
  const keys = [request.get('X-API-Key'), token].filter((key) => key !== undefined && key !== '') as string[];
  return { keys, token, stream: streamTokenOf(request) };
}

function streamTokenOf(request: Request): Credentials['stream'] {
  if (request.method !== 'GET') return undefined;
  const id = STREAM_PATH.exec(request.path)?.[1];
  if (id === undefined || !RUN_ID.test(id)) return undefined;
  const token = request.query['access_token'];
  return typeof token === 'string' && token !== '' ? { token, runId: runId(id) } : undefined;
}
