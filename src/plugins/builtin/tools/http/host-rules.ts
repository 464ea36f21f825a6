import { canonicalHost } from './addresses.js';

interface HostRule {
  /** As `canonicalHost` writes it. */
  readonly host: string;
  readonly isSuffix: boolean;
  /** Absent: any port. */
  readonly port?: number;
}

/** The parts of a URL that say to whom it leads; `port` is empty for that of the protocol. */
export type HostOfUrl = Pick<URL, 'hostname' | 'port' | 'protocol'>;

const ENTRY = /^(?<wild>\*\.)?(?<host>\[[^\]]+\]|[^:]+?)\.?(?::(?<port>\d{1,5}))?$/;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** A list of hosts: `host` (any port), `host:port`, `*.suffix` (its subdomains, not itself). */
export class HostRules {
  private readonly rules: readonly HostRule[];

  constructor(entries: readonly string[]) {
    this.rules = entries.map(parseEntry).filter((rule) => rule !== undefined);
  }

  get isEmpty(): boolean {
    return this.rules.length === 0;
  }

  /** True if the host and port of `url` are listed. */
  includes(url: HostOfUrl): boolean {
    return this.matching(url).length > 0;
  }

  /** True if they are listed by an entry that is no `*.suffix`. */
  includesByName(url: HostOfUrl): boolean {
    return this.matching(url).some((rule) => !rule.isSuffix);
  }

  /** True if they are listed by an entry that names the port. */
  includesWithPort(url: HostOfUrl): boolean {
    return this.matching(url).some((rule) => rule.port !== undefined);
  }

  private matching({ hostname, port, protocol }: HostOfUrl): readonly HostRule[] {
    if (this.isEmpty) return [];
    const host = canonicalHost(hostname);
    const number = port === '' ? DEFAULT_PORTS[protocol] : Number(port);
    return this.rules.filter(
      (rule) =>
        (rule.port === undefined || rule.port === number) &&
        (rule.isSuffix ? host.endsWith(`.${rule.host}`) : host === rule.host),
    );
  }
}

/** Entries were checked when the configuration was read; one that is none matches nothing. */
function parseEntry(entry: string): HostRule | undefined {
  const groups = ENTRY.exec(entry.trim())?.groups;
  const host = groups?.['host'];
  if (groups === undefined || host === undefined) return undefined;
  const port = groups['port'];
  const isSuffix = groups['wild'] !== undefined;
  // `new URL` writes addresses and international names in the one form that requests will have.
  const written = URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname : host;
  return { host: canonicalHost(written), isSuffix, ...(port === undefined ? {} : { port: Number(port) }) };
}
