/**
 * What makes a service of the tests one of development, where alone its configuration can be changed: without limits and as
 * quiet as the others.
 */
export const DEVELOPMENT = {
  ENVIRONMENT: 'development',
  LOGGING__LEVEL: 'CRITICAL',
  MONITORING__METRICS_PORT: '0',
  SECURITY__AUTH_FAILURES_PER_MINUTE: '0',
  SECURITY__RATE_LIMIT_PER_MINUTE: '0',
} as const;
