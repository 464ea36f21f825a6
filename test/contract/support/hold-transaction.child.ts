import 'reflect-metadata';
import { dataSourceOptionsOf, openDatabase } from '../../../src/storage/open-database.js';
import { serverDatabase } from '../../../src/storage/server/server-adapters.js';

/** What the holder of a transaction is asked for. */
export interface HoldRequest {
  readonly url: string;
  /** What it says next in its transaction, once it is told to go on. */
  readonly next: 'statement' | 'commit';
}

/**
 * Begins a transaction that changes the row 1 of `held`, says `holds`, and at the next message goes on and tells what became of
 * it: `committed`, or the error. Says `ready` first.
 */
process.once('message', (request: HoldRequest) => void hold(request));
process.send?.('ready');

async function hold({ url, next }: HoldRequest): Promise<void> {
  const options = { url, synchronous: 'full', echoSql: false, connectionTimeoutSec: 20 } as const;
  const dataSource = await openDatabase(await dataSourceOptionsOf(options));
  try {
    await serverDatabase(dataSource, options).transaction(
      async (tx) => {
        await tx.change('UPDATE "held" SET "n" = "n" + 1 WHERE "id" = 1');
        process.send?.('holds');
        await new Promise((resolve) => process.once('message', resolve));
        if (next === 'statement') await tx.change('UPDATE "held" SET "n" = "n" + 1 WHERE "id" = 1');
      },
      { isStored: async (tx) => (await tx.query('SELECT 1 FROM "held" WHERE "id" = 1 AND "n" < 100')).length > 0 },
    );
    process.send?.('committed');
  } catch (error) {
    process.send?.(String(error));
  }
  await dataSource.destroy();
  process.disconnect();
}
