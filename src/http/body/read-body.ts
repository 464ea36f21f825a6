import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ProblemError } from '../problem/index.js';

/** How much of a body that is already refused is still read, so that the client gets to read the refusal. */
const DRAINED_BYTES = 16 * 1024 * 1024;

const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * The decoded body of a request, at most `maxBytes` long: a small body that unpacks into a large one is stopped on the way.
 *
 * @param ask called once nothing speaks against reading it
 * @throws {ProblemError} `payload-too-large`, `unsupported-media-type` (its coding) or `malformed-json` (cannot be decoded).
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  ask = (): void => undefined,
): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') {
    if (Number(request.headers['content-length']) > maxBytes) {
      drain(request);
      throw tooLarge(maxBytes);
    }
    ask();
    return collect(request, request, maxBytes);
  }
  const createDecoder = DECODERS.get(encoding);
  if (createDecoder === undefined) {
    drain(request);
    throw unsupportedEncoding();
  }
  const decoder = createDecoder();
  ask();
  // Not pipeline(): it would destroy the request, and with it the connection that the answer needs.
  request.pipe(decoder);
  try {
    return await collect(decoder, request, maxBytes);
  } finally {
    request.unpipe(decoder);
    decoder.destroy();
  }
}

/** Gathers `source`, which is `request` or its decoder. */
function collect(source: Readable, request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stop = (): void => {
      source.off('data', onData).off('end', onEnd).off('error', onBroken);
      request.off('error', onCutOff).off('close', onCutOff);
      // A stream may report another error while it is torn down: nobody is interested any more.
      source.on('error', () => undefined);
    };
    const fail = (problem: ProblemError): void => {
      stop();
      drain(request);
      reject(problem);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxBytes) fail(tooLarge(maxBytes));
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      stop();
      resolve(Buffer.concat(chunks, bytes));
    };
    const onBroken = (): void => fail(undecodable());
    const onCutOff = (): void => {
      if (!request.complete) fail(new ProblemError('bad-request', 'the body ended before it was complete'));
    };
    source.on('data', onData).on('end', onEnd).on('error', onBroken);
    request.on('error', onCutOff).on('close', onCutOff);
  });
}

/**
 * Reads on without keeping anything: a client that is still sending does not look at the answer. One that never stops
 * is cut off.
 */
function drain(request: IncomingMessage): void {
  request.unpipe();
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > DRAINED_BYTES) request.destroy();
  });
  request.resume();
}

function tooLarge(maxBytes: number): ProblemError {
  return new ProblemError('payload-too-large', `the body is larger than ${maxBytes} bytes (LIMITS__MAX_BODY_BYTES)`);
}

function unsupportedEncoding(): ProblemError {
  return new ProblemError('unsupported-media-type', 'the Content-Encoding is not one of gzip, deflate, br, identity', {
    headers: { 'Accept-Encoding': 'gzip, deflate, br, identity' },
  });
}

function undecodable(): ProblemError {
  const message = 'the body is not what its Content-Encoding says';
  return new ProblemError('malformed-json', message, { errors: [{ code: 'encoding', message }] });
}
