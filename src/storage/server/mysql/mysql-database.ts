import type { Pool } from 'mysql2/promise';
import type { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver.js';
import type { StorageDataSource } from '../../storage-data-source.js';
import { MYSQL } from '../dialect.js';
import type { ServerConnections } from '../server-connection.js';
import { ServerDatabase, type ServerDatabaseOptions } from '../server-database.js';
import { MysqlConnection } from './mysql-connection.js';

/** MySQL and MariaDB, over the pool that TypeORM has opened. */
export class MysqlDatabase extends ServerDatabase {
  override readonly dialect = MYSQL;
  protected override readonly connections: ServerConnections;

  constructor(dataSource: StorageDataSource, options: ServerDatabaseOptions) {
    super(dataSource, options);
    const { pool } = dataSource.driver as MysqlDriver as unknown as { readonly pool: { promise(): Pool } };
    const promised = pool.promise();
    this.connections = { open: () => MysqlConnection.open(promised, options) };
  }
}
