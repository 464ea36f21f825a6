import { isIP } from 'node:net';
import { z } from 'zod';
import type { Parsed } from './key-spec.js';
import { type KeyOptions, declareKeyOf } from './keys.js';
import { parseFlag, parseInteger, parseList } from './parse-text.js';

/** Whose word on the address of a client counts: nobody's, that of the last hops, or that of these addresses. */
export type TrustProxy = false | number | readonly string[];

const MOST_HOPS = 32;
const NAMED_RANGES = ['loopback', 'linklocal', 'uniquelocal'];
const TAKES =
  `false, a number of hops from 1 to ${MOST_HOPS}, or a JSON array of addresses, CIDR ranges and the names ` +
  `${NAMED_RANGES.join(', ')}; not true: any client could then claim any address`;

/** Which proxies are trusted to say where a request comes from. */
export function TrustProxyKey(name: string, options: KeyOptions): PropertyDecorator {
  const schema = z.union([
    z.literal(false),
    z.int().min(1).max(MOST_HOPS),
    z.array(z.string().refine(isProxyRange)).min(1),
  ]);
  return declareKeyOf(name, TAKES, options, parseTrustProxy, schema);
}

function parseTrustProxy(text: string): Parsed {
  const hops = parseInteger(text);
  if (hops.ok) return hops.value === 0 ? { ok: true, value: false } : hops;
  const flag = parseFlag(text);
  return flag.ok ? flag : parseList(text);
}

/** An address, a range of more than nothing in common, or one of the names that express knows. */
function isProxyRange(text: string): boolean {
  if (NAMED_RANGES.includes(text)) return true;
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || address.includes('%')) return false;
  if (prefix === undefined) return true;
  return /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}
