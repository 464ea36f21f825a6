import { z } from 'zod';
import { SCOPES, type Scope } from '../../auth/access/index.js';
import { NAMESPACE } from '../../executor/core/index.js';

/** One key of `SECURITY__API_KEYS`. */
export interface ApiKeyEntry {
  readonly name: string;
  /** Hex, in either case. */
  readonly key_sha256: string;
  readonly scopes: readonly Scope[];
  readonly namespace?: string;
}

const text = (pattern: RegExp, takes: string) => z.string({ error: takes }).regex(pattern, { error: takes });

const scopes = z
  .array(z.enum(SCOPES, { error: `one of ${SCOPES.join(', ')}` }), { error: 'an array of scopes' })
  .min(1, { error: 'at least one scope' });

const entry = z.strictObject(
  {
    name: text(/^[^\p{Cc}]{1,100}$/u, '1 to 100 characters, none of them a control character'),
    key_sha256: text(/^[0-9a-f]{64}$/i, 'the SHA-256 of the key as 64 hexadecimal digits'),
    scopes,
    namespace: text(NAMESPACE, '1 to 63 of a-z, 0-9 and - with neither end a -').optional(),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'an object' : undefined) },
);

/** What `SECURITY__API_KEYS` takes. */
export const apiKeyEntries = z.array(entry).superRefine((entries, context) => {
  for (const field of ['name', 'key_sha256'] as const) {
    for (const [index, one] of entries.entries()) {
      const first = entries.findIndex((other) => other[field].toLowerCase() === one[field].toLowerCase());
      if (first === index) continue;
      context.addIssue({
        code: 'custom',
        path: [index, field],
        message: `another ${field} than entry [${first}], which has the same`,
      });
    }
  }
});

/** The fields of an entry. */
export const API_KEY_FIELDS = Object.keys(entry.shape);
