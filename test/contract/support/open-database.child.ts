import 'reflect-metadata';
import { dataSourceOptionsOf, openDatabase } from '../../../src/storage/open-database.js';

/** Opens the database of each URL that it is sent and answers `opened` or why not. Says `ready` first. */
process.on('message', (url: string) => void answer(url));
process.send?.('ready');

async function answer(url: string): Promise<void> {
  const options = { url, synchronous: 'full', echoSql: false, connectionTimeoutSec: 20 } as const;
  try {
    const dataSource = await openDatabase(await dataSourceOptionsOf(options));
    await dataSource.destroy();
    process.send?.('opened');
  } catch (error) {
    process.send?.(String(error));
  }
}
