import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const WITH_PORT = /^(?:\[(?<bracketed>[^\]]+)\](?::\d{1,5})?|(?<dotted>[\d.]+):\d{1,5})$/;
/** What one customer of a provider has at the least: whoever has one of these addresses has them all. */
const IPV6_PREFIX_GROUPS = 4;

/**
 * The address that `text` names, in its one usual form; undefined when it names none. Proxies write addresses with a
 * port, in brackets, or as IPv4 inside IPv6; a header may hold anything.
 */
export function addressIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const parts = WITH_PORT.exec(text)?.groups;
  const [bare = ''] = (parts?.['bracketed'] ?? parts?.['dotted'] ?? text).split('%');
  switch (isIP(bare)) {
    case 4:
      return bare;
    case 6:
      return ipaddr.process(bare).toString();
    default:
      return undefined;
  }
}

/** Who an address is counted as: an IPv4 address itself, an IPv6 address its /64. Takes what `addressIn` gives. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const groups = ipaddr.IPv6.parse(address).parts.slice(0, IPV6_PREFIX_GROUPS);
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`;
}
