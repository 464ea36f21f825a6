export { SERVER_MIGRATIONS } from './migrations/migrations.js';
export { migrateServer } from './migrations/migrate-server.js';
export { connectServer, openServerDataSource } from './open-server-data-source.js';
export { serverAdapters } from './server-adapters.js';
export { serverDataSourceOptions } from './server-data-source-options.js';
export { ServerRawDatabase } from './server-raw-database.js';
