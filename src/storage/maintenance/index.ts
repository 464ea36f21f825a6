export { type DatabaseStatus, type SchemaState, databaseStatus } from './database-status.js';
export { type MigrationReport, migrateDatabase } from './migrate-database.js';
