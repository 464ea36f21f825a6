const ENTITY_TAG = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/**
 * Whether a client that sends this `If-None-Match` has the content of `etag` already (RFC 9110, section 13.1.2): the
 * comparison is weak, `*` matches whatever there is. `Cache-Control: no-cache` on the request changes nothing, as that is
 * for the caches on the way.
 */
export function matchesEntityTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(ENTITY_TAG)].some(([, opaque]) => opaque === etag);
}
