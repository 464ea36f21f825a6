import { FlagKey, ListKey, TextKey } from '../schema/keys.js';

const HOST_ENTRIES = {
  pattern: /^(?:\*\.)?(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(?::[1-9]\d{0,4})?$/,
  takes: 'a JSON array of host, host:port or *.suffix',
};

/** `SECURITY__…` */
export class SecurityConfig {
  @TextKey('API_KEY', {
    maxLength: 512,
    pattern: /^[\x21-\x7e]+$/,
    takes: '1 to 512 visible ASCII characters without spaces',
    secret: true,
    description:
      'The key that callers send as X-API-Key or as a Bearer token. Without it the API is open, which staging and production refuse.',
  })
  readonly apiKey?: string = undefined;

  @ListKey('CORS_ORIGINS', {
    pattern: /^(?:\*|https?:\/\/[^/\s?#@]+)$/,
    takes: 'a JSON array of origins such as ["https://app.example.com"], or ["*"]',
    description: 'Web origins whose pages may call the API.',
  })
  readonly corsOrigins: readonly string[] = [];

  @FlagKey('CORS_ALLOW_CREDENTIALS', {
    description: 'Whether those pages may send cookies and authorization; refused together with the origin *.',
  })
  readonly corsAllowCredentials: boolean = true;

  @FlagKey('HTTP_ALLOW_PRIVATE', {
    description:
      'Whether agents may call loopback, private and link-local addresses; the metadata services of clouds stay refused.',
    defaultNote: 'true in development and testing',
  })
  readonly httpAllowPrivate: boolean = false;

  @ListKey('HTTP_ALLOWED_HOSTS', {
    ...HOST_ENTRIES,
    description:
      'When not empty, the only hosts that agents may call; entries win over the ban on private addresses. Example: ["api.example.com", "localhost:9000", "*.internal.example"].',
  })
  readonly httpAllowedHosts: readonly string[] = [];

  @ListKey('HTTP_DENIED_HOSTS', {
    ...HOST_ENTRIES,
    description:
      'Hosts that agents may never call, also by a name that leads to a listed address; entries win over SECURITY__HTTP_ALLOWED_HOSTS.',
  })
  readonly httpDeniedHosts: readonly string[] = [];
}
