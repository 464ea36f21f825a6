interface HostRule {
  /** Lower case, IPv6 in brackets, no dot at the end. */
  readonly host: string;
  readonly isSuffix: boolean;
  /** Absent: any port. */
  readonly port?: number;
}

const ENTRY = /^(?<wild>\*\.)?(?<host>\[[^\]]+\]|[^:]+?)\.?(?::(?<port>\d{1,5}))?$/;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** A list of hosts that may be called: `host` (any port), `host:port`, `*.suffix` (its subdomains, not itself). */
export class HostRules {
  private readonly rules: readonly HostRule[];

  constructor(entries: readonly string[]) {
    this.rules = entries.map(parseEntry).filter((rule) => rule !== undefined);
  }

  /** True if the host and port of `url` are listed. */
  includes(url: Pick<URL, 'hostname' | 'port' | 'protocol'>): boolean {
    const host = plainHost(url.hostname);
    const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port);
    return this.rules.some(
      (rule) =>
        (rule.port === undefined || rule.port === port) &&
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
  const canonical = URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname : host;
  return { host: plainHost(canonical), isSuffix, ...(port === undefined ? {} : { port: Number(port) }) };
}

function plainHost(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, '');
}
