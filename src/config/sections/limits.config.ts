import { IntegerKey, NumberKey } from '../schema/keys.js';

/** `LIMITS__…` */
export class LimitsConfig {
  @IntegerKey('MAX_NODES', { min: 1, max: 1_000_000, description: 'Nodes in one graph.' })
  readonly maxNodes: number = 10_000;

  @IntegerKey('MAX_EDGES', { min: 0, max: 10_000_000, description: 'Edges in one graph.' })
  readonly maxEdges: number = 50_000;

  @IntegerKey('MAX_BODY_BYTES', {
    min: 1,
    max: 1_073_741_824,
    unit: 'bytes',
    description: 'The largest request body, counted after decompression.',
  })
  readonly maxBodyBytes: number = 5_242_880;

  @IntegerKey('MAX_JSON_DEPTH', {
    min: 1,
    max: 1000,
    description: 'How deep the objects and arrays of a request body may be nested.',
  })
  readonly maxJsonDepth: number = 64;

  @IntegerKey('MAX_CONNECTIONS', {
    min: 1,
    max: 1_000_000,
    description: 'Connections that clients may have open at once; further ones are closed before they are read.',
  })
  readonly maxConnections: number = 10_000;

  @NumberKey('HEADERS_TIMEOUT_SEC', {
    min: 0.1,
    max: 600,
    unit: 'seconds',
    description: 'How long a client may take to send the headers of a request, and to begin its first one.',
  })
  readonly headersTimeoutSec: number = 15;

  @NumberKey('REQUEST_TIMEOUT_SEC', {
    min: 0.1,
    max: 3600,
    unit: 'seconds',
    description: 'How long a client may take to send a whole request; answers may take longer.',
  })
  readonly requestTimeoutSec: number = 120;
}
