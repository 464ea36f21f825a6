import { AsyncLocalStorage } from 'node:async_hooks';
import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { buildConnector } from 'undici';
import { type AddressClass, canonicalHost, classifyAddress, classifyName, literalAddress } from './addresses.js';
import { isBlockedPort } from './blocked-ports.js';
import { EGRESS_REASONS, type EgressReason } from './egress-reason.js';
import { isForbiddenHeader } from './forbidden-headers.js';
import { type HostOfUrl, HostRules } from './host-rules.js';
import { HttpPolicy } from './http-policy.js';
import { EgressBlockedError } from './http.errors.js';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Holds every request of agents and tools to the policy: the URL and the headers before each hop, and the address when a
 * connection is made, after its name was resolved, so that a name cannot point elsewhere between check and connection.
 */
@Injectable()
export class EgressGuard {
  private readonly allowed: HostRules;
  private readonly denied: HostRules;
  private readonly counts = new Map<EgressReason, number>(EGRESS_REASONS.map((reason) => [reason, 0]));
  /** For whom a name is being resolved: `lookup` itself is told the name alone. */
  private readonly target = new AsyncLocalStorage<HostOfUrl>();

  constructor(private readonly policy: HttpPolicy) {
    this.allowed = new HostRules(policy.allowedHosts);
    this.denied = new HostRules(policy.deniedHosts ?? []);
  }

  /** Requests refused so far, by reason; every reason is there. */
  get refusals(): ReadonlyMap<EgressReason, number> {
    return this.counts;
  }

  /** Counts a refusal that ended a request. */
  count({ reason }: EgressBlockedError): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
  }

  /** @throws {EgressBlockedError} unless the URL is http or https, names no user, and its host and port may be called. */
  checkUrl(url: URL): void {
    const { protocol, host } = url;
    if (protocol !== 'http:' && protocol !== 'https:') {
      const scheme = protocol.slice(0, 20);
      throw new EgressBlockedError('scheme', host, `a ${scheme} address: only http and https can be called`);
    }
    if (url.username !== '' || url.password !== '') {
      const message = `an address of ${host} with a user in it: send an Authorization header instead`;
      throw new EgressBlockedError('userinfo', host, message);
    }
    this.checkHost(url);
    const literal = literalAddress(url.hostname);
    const known = classifyName(canonicalHost(url.hostname));
    if (literal !== undefined) this.checkAddress(url, literal);
    else if (known !== undefined) this.checkClass(url, known);
  }

  /** @throws {EgressBlockedError} if one of the headers is not the request's to set. */
  checkHeaders(url: URL, names: Iterable<string>): void {
    for (const name of names) {
      if (!isForbiddenHeader(name)) continue;
      const message = `a request to ${url.host} that sets ${JSON.stringify(name.slice(0, 50))}: that header cannot be set`;
      throw new EgressBlockedError('header', url.host, message);
    }
  }

  /** Connects as the connectors of `build` do, but to no address that the policy forbids. */
  connector(build: typeof buildConnector): buildConnector.connector {
    const connect = build({ timeout: CONNECT_TIMEOUT_MS, lookup: this.lookup });
    return (options, callback) => {
      const { protocol, port } = options;
      const target = { protocol, port, hostname: canonicalHost(options.hostname) };
      const literal = literalAddress(options.hostname);
      // A literal is connected to without any lookup.
      const refusal = literal === undefined ? undefined : refusalOf(() => this.checkAddress(target, literal));
      if (refusal !== undefined) return callback(refusal, null);
      this.target.run(target, () => connect(options, callback));
    };
  }

  /** All addresses of a name, as the system knows them. */
  protected resolve(
    name: string,
    options: LookupAllOptions,
    callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ): void {
    lookup(name, options, callback);
  }

  private checkHost(url: URL): void {
    const { host } = url;
    if (this.denied.includes(url)) throw denied(host);
    if (!this.allowed.isEmpty && !this.allowed.includes(url)) {
      const message = `to call ${host}: it is not in SECURITY__HTTP_ALLOWED_HOSTS`;
      throw new EgressBlockedError('host_not_allowed', host, message);
    }
    if (isBlockedPort(url.port) && !this.allowed.includesWithPort(url)) {
      const message = `to call ${host}: no HTTP is spoken on that port; SECURITY__HTTP_ALLOWED_HOSTS can allow it`;
      throw new EgressBlockedError('port', host, message);
    }
  }

  private checkAddress(target: HostOfUrl, address: string): void {
    const { protocol, port } = target;
    if (this.denied.includes({ protocol, port, hostname: canonicalHost(address) })) throw denied(hostText(target));
    this.checkClass(target, classifyAddress(address));
  }

  private checkClass(target: HostOfUrl, { kind, name }: AddressClass): void {
    const host = hostText(target);
    switch (kind) {
      case 'public':
        return;
      case 'metadata':
        // A name that is listed for another reason must not become a way to credentials because its owner says so.
        if (isOfMetadata(target) && this.allowed.includesByName(target)) return;
        throw new EgressBlockedError(
          'metadata',
          host,
          `to call ${host}: it is the metadata service of a cloud, which SECURITY__HTTP_ALLOWED_HOSTS must name to allow`,
        );
      case 'private':
        if (this.policy.allowPrivate || this.allowed.includes(target)) return;
        throw notPublic(host, name);
      case 'reserved':
        if (this.allowed.includes(target)) return;
        throw notPublic(host, name);
    }
  }

  /** `dns.lookup` that refuses a name as soon as one of its addresses may not be called. */
  private readonly lookup: LookupFunction = (hostname, options, callback) => {
    const target = this.target.getStore() ?? { protocol: '', port: '', hostname };
    this.resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const refusal = refusalOf(() => addresses.forEach(({ address }) => this.checkAddress(target, address)));
      const [first] = addresses;
      if (refusal !== undefined) return callback(refusal, '');
      if (first === undefined) return callback(noAddress(hostname), '');
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}

function refusalOf(check: () => void): Error | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof EgressBlockedError) return error;
    throw error;
  }
}

/** Whether it is by its own name or address that a metadata service is called. */
function isOfMetadata({ hostname }: HostOfUrl): boolean {
  const literal = literalAddress(hostname);
  const own = literal === undefined ? classifyName(canonicalHost(hostname)) : classifyAddress(literal);
  return own?.kind === 'metadata';
}

function hostText({ hostname, port }: HostOfUrl): string {
  return port === '' ? hostname : `${hostname}:${port}`;
}

function denied(host: string): EgressBlockedError {
  return new EgressBlockedError('host_denied', host, `to call ${host}: SECURITY__HTTP_DENIED_HOSTS lists it`);
}

/** Tells the kind of the address and not the address: names of an inner network are nobody's business. */
function notPublic(host: string, name: string): EgressBlockedError {
  const message = `to call ${host}: it has ${name} address; SECURITY__HTTP_ALLOWED_HOSTS can allow it`;
  return new EgressBlockedError('address', host, message);
}

function noAddress(hostname: string): Error {
  return Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
}
