import { WandClient, type WandClientOptions } from '../../../sdk/typescript/src/index.js';
import { API_KEY } from '../../support/built-service.js';

/** A client of the service at `url`, with the key of the tests. */
export function clientOf(url: string, options: Partial<WandClientOptions> = {}): WandClient {
  return new WandClient({ baseUrl: url, apiKey: API_KEY, ...options });
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** The error that `call` rejects with; fails if it resolves. */
export async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
