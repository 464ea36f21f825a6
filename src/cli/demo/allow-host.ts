import type { SecurityConfig } from '../../config/index.js';

/**
 * The allow-list that lets agents call `host` (`address:port`) besides what they may call already; undefined when they may
 * call it as it is.
 */
export function allowListWith(
  host: string,
  { httpAllowedHosts, httpAllowPrivate }: Pick<SecurityConfig, 'httpAllowedHosts' | 'httpAllowPrivate'>,
): readonly string[] | undefined {
  const isAllowed = httpAllowedHosts.length === 0 && httpAllowPrivate;
  return isAllowed ? undefined : [...httpAllowedHosts, host];
}
