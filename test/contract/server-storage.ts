import { ENTITIES } from '../../src/storage/entities/entities.js';
import { entityTableName } from '../../src/storage/entity-columns.js';
import { parseDatabaseUrl } from '../../src/storage/database-url.js';
import { openServerDataSource, serverDataSourceOptions } from '../../src/storage/server/index.js';
import { serverDatabase } from '../../src/storage/server/server-adapters.js';
import type { ServerDatabase } from '../../src/storage/server/server-database.js';
import type { StorageDataSource } from '../../src/storage/storage-data-source.js';
import type { StorageOptions } from '../../src/storage/storage-options.js';
import type { ServerTestDatabase } from '../support/server-databases.js';
import { openStorage } from './open-storage.js';
import type { StorageUnderTest } from './storage-under-test.js';

/** Children before their parents. */
const TABLES = [...ENTITIES].reverse().map(entityTableName);

export const SERVER_OPTIONS: Omit<StorageOptions, 'url'> = {
  synchronous: 'normal',
  echoSql: false,
  connectionTimeoutSec: 5,
};

/** The database of one test file on a server, as a connection of the test's own sees it. */
export class ServerStorage {
  private constructor(
    private readonly place: ServerTestDatabase,
    readonly dataSource: StorageDataSource,
    /** On the data source. */
    readonly database: ServerDatabase,
  ) {}

  static async create(create: () => Promise<ServerTestDatabase>): Promise<ServerStorage> {
    const place = await create();
    const dataSource = await openServer(place.url);
    return new ServerStorage(place, dataSource, serverDatabase(dataSource, { ...SERVER_OPTIONS, url: place.url }));
  }

  get url(): string {
    return this.place.url;
  }

  /** The adapters of the database, with all its tables empty. */
  async openEmpty(): Promise<StorageUnderTest> {
    for (const table of TABLES) await this.dataSource.query(`DELETE FROM ${table}`);
    return openStorage(this.url);
  }

  /** The adapters of the database as it is. */
  open(): Promise<StorageUnderTest> {
    return openStorage(this.url);
  }

  async drop(): Promise<void> {
    await this.dataSource.destroy();
    await this.place.drop();
  }
}

/** A pool of its own on a database, which is up to date then. */
export function openServer(url: string): Promise<StorageDataSource> {
  const location = parseDatabaseUrl(url);
  if (location.kind !== 'server') throw new TypeError('the tests of servers need the URL of one');
  return openServerDataSource(serverDataSourceOptions(location, { ...SERVER_OPTIONS, url }));
}
