import { Readable, type Transform, pipeline } from 'node:stream';
// All of it, as a name that Node before 22.15 does not export could not be imported.
import * as zlib from 'node:zlib';
import { CallTooLongError, ResponseTooLargeError, UnsupportedEncodingError } from './http.errors.js';

type Bytes = AsyncIterable<Uint8Array>;
/** Makes the decoder, seeing the first bytes: what servers call deflate comes with and without a zlib header. */
type DecoderFactory = (first: Uint8Array) => Transform;

const isZstdKnown = typeof zlib.createZstdDecompress === 'function';
const DECODERS: Readonly<Record<string, DecoderFactory>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: (first) => (((first[0] ?? 0) & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
  br: () => zlib.createBrotliDecompress(),
  ...(isZstdKnown ? { zstd: () => zlib.createZstdDecompress() } : {}),
};
/** A server has no reason to nest them; each layer multiplies what a small answer can cost. */
const MAX_LAYERS = 3;
/** What an encoding may add to bytes that it cannot shrink. */
const ENCODING_OVERHEAD_BYTES = 65_536;

/** For the Accept-Encoding header. Node before 22.15 cannot decode zstd. */
export const ACCEPTED_ENCODINGS = ['gzip', 'deflate', 'br', ...(isZstdKnown ? ['zstd'] : [])].join(', ');

export interface BodyLimits {
  readonly maxBytes: number;
  /** When the body must have come to its end, in milliseconds of `performance.now()`. */
  readonly until: number;
}

/**
 * Reads a body to its end, decoding it as it comes and stopping once more than `maxBytes` have come out. Before the last
 * layer hardly more may pass either: a body that keeps the decoders busy and yields nothing is no small body.
 *
 * @param contentEncoding The header's value; encodings are undone from the last to the first.
 * @throws {ResponseTooLargeError} above `maxBytes`, however small the body is on the wire.
 * @throws {CallTooLongError} if it goes on after `until`.
 * @throws {UnsupportedEncodingError} for an encoding that was not asked for.
 */
export async function readDecoded(body: Bytes, contentEncoding: string, limits: BodyLimits): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const bounded = (source: Bytes, decoder: DecoderFactory): Bytes => decoded(encoded(source, limits), decoder);
  for await (const chunk of decodersOf(contentEncoding).reduce(bounded, body)) {
    size += chunk.byteLength;
    if (size > limits.maxBytes) throw new ResponseTooLargeError(limits.maxBytes);
    if (performance.now() > limits.until) throw new CallTooLongError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function* encoded(source: Bytes, { maxBytes, until }: BodyLimits): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > maxBytes + ENCODING_OVERHEAD_BYTES) throw new ResponseTooLargeError(maxBytes);
    if (performance.now() > until) throw new CallTooLongError();
    yield chunk;
  }
}

function decodersOf(contentEncoding: string): DecoderFactory[] {
  const names = contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length > MAX_LAYERS) throw new UnsupportedEncodingError(contentEncoding);
  return names.reverse().map((name) => {
    const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
    if (decoder === undefined) throw new UnsupportedEncodingError(name);
    return decoder;
  });
}

async function* decoded(source: Bytes, createDecoder: DecoderFactory): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  // An empty body (the answer to HEAD) may still name an encoding.
  if (first.done === true) return;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  // The callback is only there to take the error, which the iteration throws as well.
  yield* pipeline(Readable.from(all()), createDecoder(first.value), () => undefined);
}
