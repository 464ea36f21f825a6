import type { ApiCalls } from './api-calls.js';
import { createStreamToken, createToken } from './generated/sdk.gen.js';
import type { StreamToken, StreamTokenRequest, Token, TokenRequest } from './generated/types.gen.js';
import type { CallOptions } from './options.js';

/** Tokens in exchange for the key of the client: for those who shall not have the key. */
export class Auth {
  readonly #calls: ApiCalls;

  constructor(calls: ApiCalls) {
    this.#calls = calls;
  }

  /** A token that may do what the key may, or less, for a while. */
  async token(request: TokenRequest = {}, options?: CallOptions): Promise<Token> {
    return (await createToken({ ...this.#calls.repeatable(options), body: request })).data;
  }

  /** A token that opens the stream of this run and nothing else, within a minute: see `RunStreamOptions.streamToken`. */
  async streamToken(
    runId: string,
    options: CallOptions & Pick<StreamTokenRequest, 'expires_in'> = {},
  ): Promise<StreamToken> {
    const { expires_in } = options;
    return (await createStreamToken({ ...this.#calls.repeatable(options), body: { run_id: runId, expires_in } })).data;
  }
}
