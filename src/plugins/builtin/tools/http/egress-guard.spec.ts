import 'reflect-metadata';
import type { LookupAddress, LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { buildConnector } from 'undici';
import { EgressGuard } from './egress-guard.js';
import { EGRESS_REASONS, type EgressReason } from './egress-reason.js';
import { httpRequest } from './http-messages.js';
import { EgressBlockedError } from './http.errors.js';
import type { HttpPolicy } from './http-policy.js';

/** `ok`; the reason of a refusal; `invalid` for what is no URL of ours, which the schema of a request refuses already. */
type Verdict = 'ok' | EgressReason | 'invalid';
type Answers = Readonly<Record<string, readonly string[]>>;

const NAMES: Answers = {
  'example.com': ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  'nat64.example.com': ['64:ff9b::5db8:d70e'],
  'mixed.example.com': ['93.184.215.14', '10.0.0.8'],
  'inner.example.com': ['10.0.0.8'],
  'mapped.example.com': ['::ffff:10.0.0.8'],
  'zone.example.com': ['fe80::1%eth0'],
  'meta.example.com': ['169.254.169.254'],
  'half-meta.example.com': ['93.184.215.14', 'fd00:ec2::254'],
  'nat64-meta.example.com': ['64:ff9b::a9fe:a9fe'],
  'multicast.example.com': ['239.1.1.1'],
  'localtest.example.com': ['127.0.0.1', '::1'],
  '127.0.0.1.nip.example.com': ['127.0.0.1'],
  '127.0.0.1.': ['127.0.0.1'],
  localhost: ['127.0.0.1', '::1'],
  'any.localhost': ['127.0.0.1'],
  'metadata.google.internal': ['169.254.169.254'],
  'empty.example.com': [],
};

class GuardOver extends EgressGuard {
  constructor(
    policy: HttpPolicy,
    private readonly answers: Answers,
  ) {
    super(policy);
  }

  protected override resolve(
    name: string,
    _options: LookupAllOptions,
    callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ): void {
    const found = this.answers[name.replace(/\.$/, '')] ?? [];
    callback(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }
}

/** Stands for undici's: as Node does, it looks up names and connects to addresses at once. */
const buildLookingUp = ((options: { readonly lookup: LookupFunction }) => {
  return ({ hostname }: buildConnector.Options, callback: buildConnector.Callback) => {
    if (/^[\d.]+$|:/.test(hostname) && !hostname.endsWith('.')) return callback(null, {} as never);
    options.lookup(hostname, { all: true }, (error) =>
      error === null ? callback(null, {} as never) : callback(error, null),
    );
  };
}) as unknown as typeof buildConnector;

function connectError(guard: EgressGuard, { protocol, hostname, port, host }: URL): Error | null {
  let thrown: Error | null = null;
  const bare = hostname.replace(/^\[|\]$/g, '');
  guard.connector(buildLookingUp)({ protocol, hostname: bare, port, host }, (...[error]) => {
    thrown = error;
  });
  return thrown;
}

function verdictOf(text: string, policy: HttpPolicy): Verdict {
  if (!httpRequest.safeParse({ url: text }).success) return 'invalid';
  const guard = new GuardOver(policy, NAMES);
  const url = new URL(text);
  try {
    guard.checkUrl(url);
    const error = connectError(guard, url);
    if (error !== null) throw error;
    return 'ok';
  } catch (error) {
    if (error instanceof EgressBlockedError) return error.reason;
    throw error;
  }
}

/** URL, verdict where private addresses are refused, verdict where they are allowed. */
const TABLE: readonly (readonly [url: string, strict: Verdict, relaxed: Verdict])[] = [
  // The public internet
  ['http://example.com/', 'ok', 'ok'],
  ['HTTPS://EXAMPLE.COM./a?b#c', 'ok', 'ok'],
  ['https://example.com:8443/', 'ok', 'ok'],
  ['http://93.184.215.14/', 'ok', 'ok'],
  ['http://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/', 'ok', 'ok'],
  ['http://nat64.example.com/', 'ok', 'ok'],
  ['http://[64:ff9b::5db8:d70e]/', 'ok', 'ok'],
  ['http://[::ffff:93.184.215.14]/', 'ok', 'ok'],
  ['http://example.com\\@127.0.0.1/', 'ok', 'ok'],
  ['http://example.com#@127.0.0.1/', 'ok', 'ok'],
  ['http://example.com/http://127.0.0.1/', 'ok', 'ok'],
  ['http://9.255.255.255/', 'ok', 'ok'],
  ['http://11.0.0.0/', 'ok', 'ok'],
  ['http://100.63.255.255/', 'ok', 'ok'],
  ['http://100.128.0.0/', 'ok', 'ok'],
  ['http://172.15.255.255/', 'ok', 'ok'],
  ['http://172.32.0.0/', 'ok', 'ok'],
  ['http://198.17.255.255/', 'ok', 'ok'],
  ['http://223.255.255.255/', 'ok', 'ok'],
  // Spellings of 127.0.0.1
  ['http://127.0.0.1/', 'address', 'ok'],
  ['http://127.0.0.1./', 'address', 'ok'],
  ['http://127.0.0.1../', 'address', 'ok'],
  ['http://127.1/', 'address', 'ok'],
  ['http://127.0.1/', 'address', 'ok'],
  ['http://0177.0.0.1/', 'address', 'ok'],
  ['http://0x7f.1/', 'address', 'ok'],
  ['http://0X7F.0x0.0x0.0x1/', 'address', 'ok'],
  ['http://0x7f000001/', 'address', 'ok'],
  ['http://2130706433/', 'address', 'ok'],
  ['http://017700000001/', 'address', 'ok'],
  ['http://%31%32%37.0.0.1/', 'address', 'ok'],
  ['http://127.0.0.1%2e/', 'address', 'ok'],
  ['http://１２７.０.０.１/', 'address', 'ok'],
  ['http://①②⑦.⓪.⓪.①/', 'address', 'ok'],
  ['http://127。0。0。1/', 'address', 'ok'],
  ['http://127.0.\n0.1/', 'address', 'ok'],
  ['http:127.0.0.1', 'address', 'ok'],
  ['http:/127.0.0.1', 'address', 'ok'],
  ['http:\\\\127.0.0.1\\', 'address', 'ok'],
  ['http:///127.0.0.1/', 'address', 'ok'],
  ['http://127.0.0.1\\@example.com/', 'address', 'ok'],
  ['http://127.0.0.1:80\\@example.com/', 'address', 'ok'],
  ['http://@127.0.0.1/', 'address', 'ok'],
  ['http://127.255.255.254/', 'address', 'ok'],
  ['http://[::1]/', 'address', 'ok'],
  ['http://[0:0:0:0:0:0:0:1]/', 'address', 'ok'],
  ['http://[0000::0001]:8080/', 'address', 'ok'],
  ['http://[::ffff:127.0.0.1]/', 'address', 'ok'],
  ['http://[::FFFF:7F00:1]/', 'address', 'ok'],
  ['http://[0:0:0:0:0:ffff:127.0.0.1]/', 'address', 'ok'],
  ['http://[64:ff9b::127.0.0.1]/', 'address', 'ok'],
  ['http://[64:ff9b::7f00:1]/', 'address', 'ok'],
  ['http://localhost/', 'address', 'ok'],
  ['http://LOCALHOST./', 'address', 'ok'],
  ['http://ｌｏｃａｌｈｏｓｔ/', 'address', 'ok'],
  ['http://ⓛocalhost/', 'address', 'ok'],
  ['http://loc\u00adalhost/', 'address', 'ok'],
  ['http://loc%61lhost/', 'address', 'ok'],
  ['http://any.localhost/', 'address', 'ok'],
  ['http://127.0.0.1.nip.example.com/', 'address', 'ok'],
  ['http://localtest.example.com/', 'address', 'ok'],
  // The other ranges of IPv4
  ['http://0.0.0.0/', 'address', 'ok'],
  ['http://0/', 'address', 'ok'],
  ['http://0x/', 'address', 'ok'],
  ['http://0.1.2.3/', 'address', 'ok'],
  ['http://10.0.0.1/', 'address', 'ok'],
  ['http://10.255.255.255/', 'address', 'ok'],
  ['http://0x0a000001/', 'address', 'ok'],
  ['http://100.64.0.1/', 'address', 'ok'],
  ['http://100.127.255.255/', 'address', 'ok'],
  ['http://169.254.1.1/', 'address', 'ok'],
  ['http://172.16.0.1/', 'address', 'ok'],
  ['http://172.31.255.255/', 'address', 'ok'],
  ['http://192.168.1.1/', 'address', 'ok'],
  ['http://0300.0250.1/', 'address', 'ok'],
  ['http://3232235777/', 'address', 'ok'],
  ['http://198.18.0.1/', 'address', 'ok'],
  ['http://198.19.255.255/', 'address', 'ok'],
  ['http://192.0.0.1/', 'address', 'address'],
  ['http://192.0.2.1/', 'address', 'address'],
  ['http://192.31.196.1/', 'address', 'address'],
  ['http://192.52.193.1/', 'address', 'address'],
  ['http://192.88.99.1/', 'address', 'address'],
  ['http://192.175.48.1/', 'address', 'address'],
  ['http://198.51.100.1/', 'address', 'address'],
  ['http://203.0.113.1/', 'address', 'address'],
  ['http://224.0.0.1/', 'address', 'address'],
  ['http://239.255.255.255/', 'address', 'address'],
  ['http://240.0.0.1/', 'address', 'address'],
  ['http://255.255.255.255/', 'address', 'address'],
  ['http://4294967295/', 'address', 'address'],
  // The other ranges of IPv6
  ['http://[::]/', 'address', 'ok'],
  ['http://[::10.0.0.1]/', 'address', 'address'],
  ['http://[::7f00:1]/', 'address', 'address'],
  ['http://[::ffff:10.0.0.1]/', 'address', 'ok'],
  ['http://[::ffff:0:127.0.0.1]/', 'address', 'address'],
  ['http://[64:ff9b::10.0.0.1]/', 'address', 'ok'],
  ['http://[64:ff9b:1::10.0.0.1]/', 'address', 'address'],
  ['http://[100::1]/', 'address', 'address'],
  ['http://[100:0:0:1::1]/', 'address', 'address'],
  ['http://[2001::1]/', 'address', 'address'],
  ['http://[2001:0:7f00:1::]/', 'address', 'address'],
  ['http://[2001:2::1]/', 'address', 'address'],
  ['http://[2001:10::1]/', 'address', 'address'],
  ['http://[2001:20::1]/', 'address', 'address'],
  ['http://[2001:1ff:ffff::1]/', 'address', 'address'],
  ['http://[2001:200::1]/', 'ok', 'ok'],
  ['http://[2001:db8::1]/', 'address', 'address'],
  ['http://[2002:7f00:1::]/', 'address', 'address'],
  ['http://[2002:a00:1::1]/', 'address', 'address'],
  ['http://[2002:5db8:d70e::1]/', 'address', 'address'],
  ['http://[2620:4f:8000::1]/', 'address', 'address'],
  ['http://[3fff::1]/', 'address', 'address'],
  ['http://[4000::1]/', 'address', 'address'],
  ['http://[5f00::1]/', 'address', 'address'],
  ['http://[fc00::1]/', 'address', 'ok'],
  ['http://[fdff:ffff::1]/', 'address', 'ok'],
  ['http://[fe80::1]/', 'address', 'ok'],
  ['http://[febf::1]/', 'address', 'ok'],
  ['http://[fec0::1]/', 'address', 'ok'],
  ['http://[ff02::1]/', 'address', 'address'],
  // Names that lead to them
  ['http://inner.example.com/', 'address', 'ok'],
  ['http://mixed.example.com/', 'address', 'ok'],
  ['http://mapped.example.com/', 'address', 'ok'],
  ['http://zone.example.com/', 'address', 'ok'],
  ['http://multicast.example.com/', 'address', 'address'],
  // Metadata services
  ['http://169.254.169.254/latest/meta-data', 'metadata', 'metadata'],
  ['http://2852039166/', 'metadata', 'metadata'],
  ['http://0xa9fea9fe/', 'metadata', 'metadata'],
  ['http://0251.0376.0251.0376/', 'metadata', 'metadata'],
  ['http://[::ffff:169.254.169.254]/', 'metadata', 'metadata'],
  ['http://[64:ff9b::169.254.169.254]/', 'metadata', 'metadata'],
  ['http://[fd00:ec2::254]/', 'metadata', 'metadata'],
  ['http://[FD00:0EC2:0:0:0:0:0:0254]/', 'metadata', 'metadata'],
  ['http://[fd20:ce::254]/', 'metadata', 'metadata'],
  ['http://169.254.170.2/', 'metadata', 'metadata'],
  ['http://100.100.100.200/', 'metadata', 'metadata'],
  ['http://168.63.129.16/', 'metadata', 'metadata'],
  ['http://metadata.google.internal./', 'metadata', 'metadata'],
  ['http://metadata/', 'metadata', 'metadata'],
  ['http://meta.example.com/', 'metadata', 'metadata'],
  ['http://half-meta.example.com/', 'metadata', 'metadata'],
  ['http://nat64-meta.example.com/', 'metadata', 'metadata'],
  // Users in the URL
  ['http://user@example.com/', 'userinfo', 'userinfo'],
  ['http://user:secret@example.com/', 'userinfo', 'userinfo'],
  ['http://:secret@example.com/', 'userinfo', 'userinfo'],
  ['https://user%40:x@127.0.0.1/', 'userinfo', 'userinfo'],
  ['http://example.com@127.0.0.1/', 'userinfo', 'userinfo'],
  ['http://example.com%2f@127.0.0.1/', 'userinfo', 'userinfo'],
  // Ports on which nobody speaks HTTP
  ['http://example.com:25/', 'port', 'port'],
  ['https://example.com:587/', 'port', 'port'],
  ['http://example.com:0/', 'port', 'port'],
  ['http://127.0.0.1:22/', 'port', 'port'],
  ['http://127.0.0.1:022/', 'port', 'port'],
  // No URL of ours
  ['ftp://example.com/', 'invalid', 'invalid'],
  ['file:///etc/passwd', 'invalid', 'invalid'],
  ['gopher://127.0.0.1/', 'invalid', 'invalid'],
  ['data:text/plain,x', 'invalid', 'invalid'],
  ['//127.0.0.1/', 'invalid', 'invalid'],
  [' http://127.0.0.1/', 'invalid', 'invalid'],
  ['ht\ntp://127.0.0.1/', 'invalid', 'invalid'],
  ['http://127.0.0.1%00/', 'invalid', 'invalid'],
  ['http://127.0.0.1%20/', 'invalid', 'invalid'],
  ['http://256.1.1.1/', 'invalid', 'invalid'],
  ['http://1.2.3.4.5/', 'invalid', 'invalid'],
  ['http://08.0.0.1/', 'invalid', 'invalid'],
  ['http://4294967296/', 'invalid', 'invalid'],
  ['http://[fe80::1%25eth0]/', 'invalid', 'invalid'],
  ['http://[fe80::1%eth0]/', 'invalid', 'invalid'],
  ['http://[::1', 'invalid', 'invalid'],
  ['http://::1/', 'invalid', 'invalid'],
  ['http://example.com:65536/', 'invalid', 'invalid'],
  ['http://', 'invalid', 'invalid'],
];

const STRICT: HttpPolicy = { allowPrivate: false, allowedHosts: [] };
const RELAXED: HttpPolicy = { allowPrivate: true, allowedHosts: [] };

describe('EgressGuard', () => {
  it.each(TABLE)('%j: %s, and %s where private addresses are allowed', (url, strict, relaxed) => {
    expect({ strict: verdictOf(url, STRICT), relaxed: verdictOf(url, RELAXED) }).toEqual({ strict, relaxed });
  });

  it.each([
    [['inner.example.com'], 'http://inner.example.com/', 'ok'],
    [['*.example.com'], 'http://inner.example.com/', 'ok'],
    [['inner.example.com:81'], 'http://inner.example.com/', 'host_not_allowed'],
    [['10.0.0.8'], 'http://10.0.0.8/', 'ok'],
    [['10.0.0.8'], 'http://[::ffff:10.0.0.8]/', 'ok'],
    [['[fc00::1]:80'], 'http://[fc00::1]/', 'ok'],
    [['[::1]'], 'http://[0:0::1]:8000/', 'ok'],
    [['localhost'], 'http://LOCALHOST./', 'ok'],
    [['example.com'], 'http://10.0.0.8/', 'host_not_allowed'],
    [['192.0.2.1'], 'http://192.0.2.1/', 'ok'],
    [['multicast.example.com'], 'http://multicast.example.com/', 'ok'],
    [['example.com'], 'http://example.com:25/', 'port'],
    [['example.com:25'], 'http://example.com:25/', 'ok'],
    [['169.254.169.254'], 'http://169.254.169.254/', 'ok'],
    [['metadata.google.internal'], 'http://metadata.google.internal/', 'ok'],
    [['meta.example.com'], 'http://meta.example.com/', 'metadata'],
    [['*.example.com'], 'http://meta.example.com/', 'metadata'],
    [['*.google.internal'], 'http://metadata.google.internal/', 'metadata'],
    [['example.com'], 'http://user@example.com/', 'userinfo'],
  ] as const)('with %j allowed: %s is %s', (allowedHosts, url, verdict) => {
    const names = { ...STRICT, allowedHosts };
    expect(verdictOf(url, names)).toBe(verdict);
  });

  it.each([
    [['example.com'], 'http://example.com/', 'host_denied'],
    [['example.com'], 'http://EXAMPLE.com./', 'host_denied'],
    [['example.com'], 'http://ｅxample.com/', 'host_denied'],
    [['example.com'], 'http://inner.example.com/', 'ok'],
    [['*.example.com'], 'http://inner.example.com/', 'host_denied'],
    [['example.com:443'], 'https://example.com/', 'host_denied'],
    [['example.com:443'], 'http://example.com/', 'ok'],
    [['10.0.0.8'], 'http://10.8/', 'host_denied'],
    [['10.0.0.8'], 'http://[::ffff:10.0.0.8]/', 'host_denied'],
    [['10.0.0.8'], 'http://inner.example.com/', 'host_denied'],
    [['10.0.0.8:443'], 'http://inner.example.com/', 'ok'],
    [['10.0.0.8:80'], 'http://mixed.example.com/', 'host_denied'],
    [['[2606:2800:21f:cb07:6820:80da:af6b:8b2c]'], 'http://example.com/', 'host_denied'],
  ] as const)('with %j denied, %s is %s, whatever is allowed', (deniedHosts, url, verdict) => {
    const host = new URL(url).hostname;
    expect(verdictOf(url, { ...RELAXED, deniedHosts })).toBe(verdict);
    expect(verdictOf(url, { ...RELAXED, deniedHosts, allowedHosts: [host] })).toBe(verdict);
  });

  it('resolves a name again for each connection, and believes no earlier answer', () => {
    const answers: Record<string, readonly string[]> = { 'rebound.example.com': ['93.184.215.14'] };
    const guard = new GuardOver(STRICT, answers);
    const url = new URL('http://rebound.example.com/');
    expect(() => guard.checkUrl(url)).not.toThrow();
    expect(connectError(guard, url)).toBeNull();
    answers['rebound.example.com'] = ['127.0.0.1'];
    expect(connectError(guard, url)).toMatchObject({ type: 'EgressBlocked', reason: 'address' });
  });

  it('says the kind of an address that a name leads to, and not the address', () => {
    const error = connectError(new GuardOver(STRICT, NAMES), new URL('http://inner.example.com:8080/'));
    expect(error).toMatchObject({
      message:
        'refused to call inner.example.com:8080: it has a private address; SECURITY__HTTP_ALLOWED_HOSTS can allow it',
      details: { reason: 'address', host: 'inner.example.com:8080' },
      retryable: false,
    });
    expect(JSON.stringify(error)).not.toContain('10.0.0');
  });

  it('does not call a name without addresses refused', () => {
    const error = connectError(new GuardOver(STRICT, NAMES), new URL('http://empty.example.com/'));
    expect(error).toMatchObject({ code: 'ENOTFOUND' });
  });

  it('never repeats a password', () => {
    const guard = new EgressGuard(STRICT);
    expect(() => guard.checkUrl(new URL('http://me:opensesame@example.com/'))).toThrow(
      'refused an address of example.com with a user in it: send an Authorization header instead',
    );
  });

  it.each(['Host', 'connection', 'Transfer-Encoding', 'CONTENT-LENGTH', 'Upgrade', 'TE', 'Trailer', 'Keep-Alive'])(
    'refuses the header %s',
    (name) => {
      const url = new URL('http://example.com/');
      expect(() => new EgressGuard(STRICT).checkHeaders(url, ['accept', name])).toThrow(EgressBlockedError);
    },
  );

  it.each(['Expect', 'Proxy-Authorization', 'proxy-anything', 'HTTP2-Settings', 'Via'])(
    'refuses the header %s',
    (name) => {
      expect(() => new EgressGuard(STRICT).checkHeaders(new URL('http://example.com/'), [name])).toThrow(
        'cannot be set',
      );
    },
  );

  it('counts what it is told by reason, and knows every reason from the start', () => {
    const guard = new EgressGuard(STRICT);
    expect([...guard.refusals.keys()]).toEqual([...EGRESS_REASONS]);
    guard.count(new EgressBlockedError('port', 'a:25', 'a test'));
    guard.count(new EgressBlockedError('port', 'a:25', 'a test'));
    expect(guard.refusals.get('port')).toBe(2);
    expect(guard.refusals.get('scheme')).toBe(0);
  });
});
