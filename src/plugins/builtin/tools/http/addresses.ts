import ipaddr from 'ipaddr.js';

/**
 * What an address is good for: `public` ones are of the internet; `private` ones lead into a machine or a network that
 * somebody owns; `reserved` ones are of no use to HTTP (multicast, documentation, tunnels, what is not assigned);
 * `metadata` ones hand out the credentials of the machine in a cloud.
 */
export type AddressKind = 'public' | 'private' | 'reserved' | 'metadata';

export interface AddressClass {
  readonly kind: AddressKind;
  /** Names it in a message without telling the address. */
  readonly name: string;
}

type Range<Address> = readonly [network: Address, bits: number, kind: AddressKind, name: string];

/** The IANA IPv4 Special-Purpose Address Registry, multicast (RFC 5771) and class E. */
const IPV4_RANGES = [
  v4('0.0.0.0/8', 'private', 'an unspecified'),
  v4('10.0.0.0/8', 'private', 'a private'),
  v4('100.64.0.0/10', 'private', 'a shared (carrier)'),
  v4('127.0.0.0/8', 'private', 'a loopback'),
  v4('169.254.0.0/16', 'private', 'a link-local'),
  v4('172.16.0.0/12', 'private', 'a private'),
  v4('192.0.0.0/24', 'reserved', 'a reserved'),
  v4('192.0.2.0/24', 'reserved', 'a documentation'),
  v4('192.31.196.0/24', 'reserved', 'a reserved'),
  v4('192.52.193.0/24', 'reserved', 'a reserved'),
  v4('192.88.99.0/24', 'reserved', 'a reserved'),
  v4('192.168.0.0/16', 'private', 'a private'),
  v4('192.175.48.0/24', 'reserved', 'a reserved'),
  v4('198.18.0.0/15', 'private', 'a benchmarking'),
  v4('198.51.100.0/24', 'reserved', 'a documentation'),
  v4('203.0.113.0/24', 'reserved', 'a documentation'),
  v4('224.0.0.0/4', 'reserved', 'a multicast'),
  v4('240.0.0.0/4', 'reserved', 'a reserved'),
];

/**
 * The IANA IPv6 Special-Purpose Address Registry. 2000::/3 is all that is assigned to the internet, so what stands in no
 * row here and not in it is reserved: `::/96`, `64:ff9b:1::/48`, `100::/64`, `5f00::/16` and whatever is added later.
 */
const IPV6_RANGES = [
  v6('::/128', 'private', 'an unspecified'),
  v6('::1/128', 'private', 'a loopback'),
  v6('fc00::/7', 'private', 'a unique-local'),
  v6('fe80::/10', 'private', 'a link-local'),
  v6('fec0::/10', 'private', 'a site-local'),
  v6('ff00::/8', 'reserved', 'a multicast'),
  v6('2001::/23', 'reserved', 'a reserved'),
  v6('2001:db8::/32', 'reserved', 'a documentation'),
  v6('2002::/16', 'reserved', 'a tunnelled (6to4)'),
  v6('2620:4f:8000::/48', 'reserved', 'a reserved'),
  v6('3fff::/20', 'reserved', 'a documentation'),
  v6('2000::/3', 'public', 'a public'),
];

/** The well-known prefix of RFC 6052, behind which networks without IPv4 reach hosts that have nothing else. */
const NAT64 = ipaddr.IPv6.parse('64:ff9b::');

/** Where clouds answer with credentials; 168.63.129.16 would pass for public. */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set(
  [
    '169.254.169.254', // AWS, Google, Azure, Oracle, DigitalOcean, OpenStack and others
    '169.254.170.2', // AWS, tasks in containers
    '169.254.170.23', // AWS, pods
    '169.254.0.23', // Tencent
    '100.100.100.200', // Alibaba
    '168.63.129.16', // Azure, the agent of the host
    '192.0.0.192', // Oracle, the older service
    'fd00:ec2::254', // AWS
    'fd00:ec2::23', // AWS, pods
    'fd20:ce::254', // Google
    'fd00:42::42', // Scaleway
  ].map((address) => ipaddr.process(address).toNormalizedString()),
);

const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.goog',
  'metadata.google.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

const METADATA: AddressClass = { kind: 'metadata', name: 'a cloud metadata' };
const LOOPBACK: AddressClass = { kind: 'private', name: 'a loopback' };
const RESERVED: AddressClass = { kind: 'reserved', name: 'a reserved' };

/** The address in a URL's hostname, with or without brackets; undefined when it is a name. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) ? bare : undefined;
}

/**
 * The one spelling that two hosts share when they are the same: lower case, no dot at the end; addresses in their
 * shortest form, IPv6 in brackets, an IPv4 address that is mapped into IPv6 as itself.
 */
export function canonicalHost(hostname: string): string {
  const literal = literalAddress(hostname);
  if (literal === undefined) return hostname.toLowerCase().replace(/\.+$/, '');
  const address = ipaddr.process(literal);
  return address instanceof ipaddr.IPv6 ? `[${address.toString()}]` : address.toString();
}

/** Says of an address, in whichever form, what it is good for; what is no address is reserved. */
export function classifyAddress(address: string): AddressClass {
  if (!ipaddr.isValid(address)) return RESERVED;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.match(NAT64, 96)) return classifyParsed(embeddedIpv4(parsed));
  return classifyParsed(parsed);
}

/** What is known of a canonical name without asking anybody (RFC 6761, section 6.3); undefined for most. */
export function classifyName(name: string): AddressClass | undefined {
  if (METADATA_NAMES.has(name)) return METADATA;
  return name === 'localhost' || name.endsWith('.localhost') ? LOOPBACK : undefined;
}

function classifyParsed(address: ipaddr.IPv4 | ipaddr.IPv6): AddressClass {
  if (METADATA_ADDRESSES.has(withoutZone(address))) return METADATA;
  const [, , kind, name] =
    address instanceof ipaddr.IPv6
      ? (IPV6_RANGES.find(([network, bits]) => address.match(network, bits)) ?? [0, 0, RESERVED.kind, RESERVED.name])
      : (IPV4_RANGES.find(([network, bits]) => address.match(network, bits)) ?? [0, 0, 'public', 'a public']);
  return { kind, name };
}

function withoutZone(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address.toNormalizedString().replace(/%.*$/, '');
}

function embeddedIpv4(address: ipaddr.IPv6): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}

function v4(cidr: string, kind: AddressKind, name: string): Range<ipaddr.IPv4> {
  return [...ipaddr.IPv4.parseCIDR(cidr), kind, name];
}

function v6(cidr: string, kind: AddressKind, name: string): Range<ipaddr.IPv6> {
  return [...ipaddr.IPv6.parseCIDR(cidr), kind, name];
}
