import type { DataSourceOptions } from 'typeorm';
import type { ServerLocation } from '../database-url.js';
import { MIGRATIONS_TABLE } from '../migrations/migrate.js';
import type { StorageOptions } from '../storage-options.js';
import { SERVER_MIGRATIONS } from './migrations/migrations.js';
import { takeSslMode } from './mysql/ssl-mode.js';
import { checkSslMode } from './postgres/ssl-mode.js';
import { INTEGERS_AS_NUMBERS } from './postgres/postgres-types.js';

/** What TypeORM needs to know to open a database server. Tables are described by the migrations alone. */
export function serverDataSourceOptions(location: ServerLocation, options: StorageOptions): DataSourceOptions {
  const timeoutMs = options.connectionTimeoutSec * 1_000;
  const common = {
    url: location.url,
    poolSize: options.maxConnections,
    migrations: SERVER_MIGRATIONS,
    migrationsTableName: MIGRATIONS_TABLE,
    // TypeORM's own log would go to the console, past the application's.
    logging: false,
    logger: 'debug',
  } as const;
  if (location.dialect === 'postgres') {
    return {
      ...common,
      url: checkSslMode(location.url),
      type: 'postgres',
      applicationName: 'wand',
      connectTimeoutMS: timeoutMs,
      extra: { types: INTEGERS_AS_NUMBERS, keepAlive: true },
      poolErrorHandler: () => undefined,
    };
  }
  const { url, ssl } = takeSslMode(location.url);
  return {
    ...common,
    url,
    ssl,
    type: 'mysql',
    charset: 'utf8mb4',
    connectTimeout: timeoutMs,
    bigNumberStrings: false,
    extra: { enableKeepAlive: true },
  };
}
