import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { StorageOptions } from '../storage-options.js';
import { dataSourceOptions } from './data-source-options.js';
import { openDataSource } from './open-data-source.js';
import { sqliteHandle } from './sqlite-handle.js';

describe('an open SQLite database', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wand-open-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (changes: Partial<StorageOptions> = {}) => {
    const url = `sqlite:///${join(folder, 'wand.db')}`;
    return openDataSource(
      dataSourceOptions({ url, synchronous: 'full', echoSql: false, connectionTimeoutSec: 1, ...changes }),
    );
  };

  it.each([
    ['full', 2],
    ['normal', 1],
  ] as const)('is as durable as "%s" says, each time it is opened', async (synchronous, level) => {
    for (const time of ['created', 'opened again']) {
      const dataSource = await open({ synchronous });
      const pragma = (name: string) => sqliteHandle(dataSource).pragma(name, { simple: true });
      const settings = [time, pragma('synchronous'), pragma('journal_mode'), pragma('foreign_keys')];
      expect(settings).toEqual([time, level, 'wal', 1]);
      await dataSource.destroy();
    }
  });

  it('keeps a relative path relative to the working directory', () => {
    const options = { synchronous: 'full', echoSql: false, connectionTimeoutSec: 1 } as const;
    const { database } = dataSourceOptions({ ...options, url: 'sqlite:///./data/wand.db' });
    expect(database).toBe(join(process.cwd(), 'data', 'wand.db'));
  });

  it('runs what is to happen before it is closed, the last added first', async () => {
    const dataSource = await open();
    const order: string[] = [];
    for (const step of ['first', 'second']) {
      dataSource.beforeClose(() => {
        order.push(`${step} ${dataSource.isInitialized ? 'open' : 'closed'}`);
        return Promise.resolve();
      });
    }
    await dataSource.destroy();
    expect(order).toEqual(['second open', 'first open']);
  });

  it('echoes its statements when asked to, without the texts in them', async () => {
    const lines: unknown[] = [];
    const ignore = (): void => undefined;
    Logger.overrideLogger({ log: (line: unknown) => lines.push(line), error: ignore, warn: ignore });
    const dataSource = await open({ echoSql: true });
    sqliteHandle(dataSource).prepare('SELECT ? AS token').get('secret');
    await dataSource.destroy();
    Logger.overrideLogger(false);
    expect(lines).toContain("SELECT '…' AS token");
    expect(lines.join()).not.toContain('secret');
  });
});
