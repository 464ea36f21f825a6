import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import type { SecurityConfig } from '../../config/index.js';

const PREFLIGHT_MAX_AGE_SEC = 600;

/** What pages of other origins may do; undefined when no origin is allowed anything. */
export function corsOptions(
  config: Pick<SecurityConfig, 'corsOrigins' | 'corsAllowCredentials'>,
): CorsOptions | undefined {
  if (config.corsOrigins.length === 0) return undefined;
  return {
    origin: config.corsOrigins.includes('*') ? '*' : [...config.corsOrigins],
    credentials: config.corsAllowCredentials,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'Last-Event-ID',
      'X-API-Key',
      'X-Request-ID',
      'X-Wand-Namespace',
    ],
    exposedHeaders: [
      'ETag',
      'Idempotency-Replayed',
      'Location',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'X-Request-ID',
    ],
    maxAge: PREFLIGHT_MAX_AGE_SEC,
    // OPTIONS is answered in one place, preflight or not.
    preflightContinue: true,
  };
}
