import { hash } from 'node:crypto';

/** SHA-256 of a key: equally long whatever was sent, and what is stored instead of it. */
export function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
