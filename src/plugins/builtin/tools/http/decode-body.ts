import { Readable, type Transform, pipeline } from 'node:stream';
// All of it, as a name that Node before 22.15 does not export could not be imported.
import * as zlib from 'node:zlib';
import { ResponseTooLargeError, UnsupportedEncodingError } from './http.errors.js';

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

/** For the Accept-Encoding header. Node before 22.15 cannot decode zstd. */
export const ACCEPTED_ENCODINGS = ['gzip', 'deflate', 'br', ...(isZstdKnown ? ['zstd'] : [])].join(', ');

/**
 * Reads a body to its end, decoding it as it comes and stopping once more than `maxBytes` have come out.
 *
 * @param contentEncoding The header's value; encodings are undone from the last to the first.
 * @throws {ResponseTooLargeError} above `maxBytes`, however small the body is on the wire.
 * @throws {UnsupportedEncodingError} for an encoding that was not asked for.
 */
export async function readDecoded(body: Bytes, contentEncoding: string, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of decodersOf(contentEncoding).reduce(decoded, body)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new ResponseTooLargeError(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
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
