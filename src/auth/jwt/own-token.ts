/** Tells the tokens of `POST /auth/token` from those of others (RFC 8725, section 3.11). */
export const OWN_TOKEN = { typ: 'wand+jwt', issuer: 'wand', audience: 'wand', algorithm: 'HS256' } as const;
