import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { ProblemError } from '../problem/index.js';
import { assertJsonMediaType } from './media-type.js';
import { readBody } from './read-body.js';
import { type JsonFault, scanJson } from './scan-json.js';

declare module 'express-serve-static-core' {
  interface Request {
    /** The body exactly as it was sent, as text; undefined when there was none. */
    bodyText?: string;
  }
}

/** What a body may be. */
export interface BodyLimits {
  /** Counted after decompression. */
  readonly maxBodyBytes: number;
  /** Objects and arrays inside each other. */
  readonly maxJsonDepth: number;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });
const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Reads the JSON body of POST, PUT and PATCH into `request.body`, and its text into `request.bodyText`. Without a body
 * both are undefined. Everything that could surprise later code is refused here, before anything recursive sees it; keys
 * such as `__proto__` arrive as plain own properties.
 */
export function jsonBody(limits: BodyLimits): RequestHandler {
  return (request, response, next) => {
    if (!METHODS_WITH_BODY.has(request.method) || !hasBody(request)) return next();
    read(request, response, limits).then(
      (text) => {
        request.bodyText = text;
        request.body = JSON.parse(text) as unknown;
        next();
      },
      (error: unknown) => next(error),
    );
  };
}

async function read(request: IncomingMessage, response: ServerResponse, limits: BodyLimits): Promise<string> {
  assertJsonMediaType(request.headers['content-type']);
  const text = decodeUtf8(await readBody(request, limits.maxBodyBytes, () => askForBody(request, response)));
  const fault = scanJson(text, limits.maxJsonDepth);
  if (fault !== undefined) throw malformed(fault);
  return text;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Tells a client that waits for leave to send the body to do so. */
function askForBody({ headers }: IncomingMessage, response: ServerResponse): void {
  if (headers.expect !== undefined) response.writeContinue();
}

function decodeUtf8(body: Buffer): string {
  try {
    return UTF8.decode(body);
  } catch {
    const message = 'the body is not valid UTF-8';
    throw new ProblemError('malformed-json', message, { errors: [{ code: 'utf-8', message }] });
  }
}

function malformed({ pointer, code, message }: JsonFault): ProblemError {
  return new ProblemError('malformed-json', message, { errors: [{ pointer, code, message }] });
}
