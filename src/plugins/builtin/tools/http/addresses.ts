import ipaddr from 'ipaddr.js';

/** The address in a URL's hostname, without brackets; undefined when it is a name. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) ? bare : undefined;
}

/**
 * True for an address of the public internet. Loopback, private, link-local, shared, multicast, documentation and other
 * reserved ranges are not, nor are the IPv6 forms that carry an IPv4 address to a translator or tunnel.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  // Turns ::ffff:127.0.0.1 into 127.0.0.1.
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return !(parsed instanceof ipaddr.IPv6) || isGlobalUnicast(parsed);
}

/** 2000::/3 is all that is assigned; this leaves out ::/96 (`::127.0.0.1`), which has no range of its own. */
function isGlobalUnicast(address: ipaddr.IPv6): boolean {
  return address.match(ipaddr.IPv6.parse('2000::'), 3);
}
