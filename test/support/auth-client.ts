import type { Api, ApiAnswer } from './use-api.js';

export interface MadeKey {
  readonly key_id: string;
  readonly key: string;
  readonly namespace: string;
  readonly created_at: string;
  readonly expires_at: string | null;
}

/** Headers of a request that carries this key and no other. */
export const withKey = (key: string) => ({ headers: { 'X-API-Key': key } });

/** Headers of a request that carries this as a bearer token, and no key. */
export const withBearer = (token: string) => ({ headers: { 'X-API-Key': '', Authorization: `Bearer ${token}` } });

/** Makes a key over HTTP, with the key of the tests unless `options` carries another one. */
export async function makeKey(
  api: Api,
  body: Readonly<Record<string, unknown>>,
  options: Parameters<Api['post']>[2] = {},
): Promise<MadeKey> {
  const answer = await api.post('/api-keys', { name: 'test', ...body }, options);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body as MadeKey;
}

/** What is the same in the answers to all bad credentials. */
export function sameIn({ status, headers, body }: ApiAnswer): unknown {
  const { request_id: _id, ...rest } = body as Readonly<Record<string, unknown>>;
  return { status, rest, challenge: headers.get('www-authenticate'), type: headers.get('content-type') };
}
