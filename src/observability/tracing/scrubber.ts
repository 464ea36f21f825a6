import type { LoadedConfig } from '../../config/index.js';

const MASK = '***';
/** Shorter values would be found everywhere by chance. */
const MIN_SECRET_LENGTH = 4;

/** Hides the secrets of a configuration, and what templates may read of the environment, in a text. */
export function scrubberOf({ config, allowedEnv }: LoadedConfig): (text: string) => string {
  const { security, monitoring } = config;
  const values = [security.apiKey ?? '', ...Object.values(monitoring.otlpHeaders), ...Object.values(allowedEnv)];
  const secrets = values.filter((value) => value.length >= MIN_SECRET_LENGTH).sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((hidden, secret) => hidden.replaceAll(secret, MASK), text);
}
