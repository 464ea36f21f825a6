import { closest } from 'fastest-levenshtein';
import type { AppConfig } from './app.config.js';
import { CONFIG_KEYS } from './schema/schema.js';
import { hasCredentials } from './sections/security.config.js';

const SHORT_KEY_CHARACTERS = 16;

/** What works but should be looked at, one sentence each, naming the variable; never a secret. */
export function configWarnings(config: AppConfig, unknownKeys: readonly string[]): string[] {
  return [...securityWarnings(config), ...productionWarnings(config), ...unknownKeys.map(unknownKeyWarning)];
}

function securityWarnings({ environment, security }: AppConfig): string[] {
  const warnings: string[] = [];
  if (!hasCredentials(security)) {
    warnings.push(`SECURITY__API_KEY is not set: anybody who reaches this ${environment} service can use it`);
  } else if (isServing(environment) && (security.apiKey?.length ?? Infinity) < SHORT_KEY_CHARACTERS) {
    warnings.push(`SECURITY__API_KEY is shorter than ${SHORT_KEY_CHARACTERS} characters: it can be guessed`);
  }
  if (security.jwtJwksUrl !== undefined) {
    if (security.jwtIssuer === undefined) {
      warnings.push('SECURITY__JWT_ISSUER is not set: tokens count whoever issued them, if the key is right');
    }
    if (security.jwtAudience === undefined) {
      warnings.push('SECURITY__JWT_AUDIENCE is not set: tokens that were issued for other services count here too');
    }
  }
  if (security.corsOrigins.includes('*')) {
    warnings.push('SECURITY__CORS_ORIGINS holds "*": pages of every web site may call the API');
  }
  return warnings;
}

function productionWarnings({ environment, database, debug }: AppConfig): string[] {
  if (environment !== 'production') return [];
  const warnings: string[] = [];
  if (database.url === 'sqlite::memory:') {
    warnings.push('DATABASE__URL is in memory: everything is lost when the process ends');
  } else if (database.url.startsWith('sqlite:')) {
    warnings.push('DATABASE__URL is SQLite: one process on one machine; back the file up');
  }
  if (debug) warnings.push('DEBUG is on in production');
  return warnings;
}

function isServing(environment: AppConfig['environment']): boolean {
  return environment === 'staging' || environment === 'production';
}

function unknownKeyWarning(name: string): string {
  const nearest = closest(
    name.toUpperCase(),
    CONFIG_KEYS.map((key) => key.env),
  );
  return `${name} is not a key of this version and has no effect; the nearest one is ${nearest}`;
}
