import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { buildConnector } from 'undici';
import { isPublicAddress, literalAddress } from './addresses.js';
import { HostRules } from './host-rules.js';
import type { HttpPolicy } from './http-policy.js';
import { EgressBlockedError } from './http.errors.js';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Holds every request to the policy: the URL before each hop, and the address when a connection is made, after its name
 * was resolved, so that a name cannot point elsewhere between the check and the connection.
 */
export class EgressGuard {
  private readonly rules: HostRules;

  constructor(private readonly policy: Pick<HttpPolicy, 'allowPrivate' | 'allowedHosts'>) {
    this.rules = new HostRules(policy.allowedHosts);
  }

  /** @throws {EgressBlockedError} unless the URL is http or https, names no user, and its host may be called. */
  checkUrl(url: URL): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new EgressBlockedError(`refused a ${url.protocol.slice(0, 20)} address: only http and https can be called`);
    }
    if (url.username !== '' || url.password !== '') {
      throw new EgressBlockedError(
        `refused an address of ${url.host} with a user in it: send an Authorization header instead`,
      );
    }
    if (this.policy.allowedHosts.length > 0 && !this.rules.includes(url)) {
      throw new EgressBlockedError(`refused to call ${url.host}: it is not in SECURITY__HTTP_ALLOWED_HOSTS`);
    }
    const literal = literalAddress(url.hostname);
    if (literal !== undefined && this.needsPublicAddress(url) && !isPublicAddress(literal)) throw notPublic(url.host);
  }

  /** Connects as the connectors of `build` do, to public addresses alone unless the policy allows the host any. */
  connector(build: typeof buildConnector): buildConnector.connector {
    const connectAnywhere = build({ timeout: CONNECT_TIMEOUT_MS });
    const connectPublic = build({ timeout: CONNECT_TIMEOUT_MS, lookup: lookupPublic });
    return (options, callback) => {
      const url = { protocol: options.protocol, hostname: options.hostname, port: options.port };
      const literal = literalAddress(options.hostname);
      if (!this.needsPublicAddress(url)) return connectAnywhere(options, callback);
      if (literal !== undefined && !isPublicAddress(literal)) return callback(notPublic(options.hostname), null);
      return connectPublic(options, callback);
    };
  }

  private needsPublicAddress(url: Pick<URL, 'protocol' | 'hostname' | 'port'>): boolean {
    return !this.policy.allowPrivate && !this.rules.includes(url);
  }
}

/** `dns.lookup` that refuses a name as soon as one of its addresses is not public. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null) return callback(error, '');
    if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address))) {
      return callback(notPublic(hostname), '');
    }
    return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};

/** Does not tell the address: names of an inner network are nobody's business. */
function notPublic(host: string): EgressBlockedError {
  return new EgressBlockedError(
    `refused to call ${host}: it has no public address; SECURITY__HTTP_ALLOWED_HOSTS can allow it`,
  );
}
