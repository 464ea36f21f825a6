import type * as jose from 'jose';

/** Only installations that use tokens pay for the library, and those with the first one. */
export function loadJose(): Promise<typeof jose> {
  return import('jose');
}
