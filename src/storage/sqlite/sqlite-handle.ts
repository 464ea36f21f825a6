import type BetterSqlite3 from 'better-sqlite3';
import type { DataSource } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';

/**
 * The connection under TypeORM, and the only place that reaches for it. TypeORM opens the database, describes the tables and
 * migrates them; rows are read and written on the connection itself, with statements that are prepared once. TypeORM's query
 * builder costs several times as much per row, and its transactions are asynchronous: on the one connection that SQLite
 * has, the statements of others would slip in between.
 */
export function sqliteHandle(dataSource: DataSource): BetterSqlite3.Database {
  const driver = dataSource.driver as BetterSqlite3Driver;
  return driver.databaseConnection as BetterSqlite3.Database;
}
