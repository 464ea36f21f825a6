import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { epochMs } from '../executor/core/index.js';
import { LeaseRepository } from './repositories/lease.repository.js';
import { StorageHealth } from './storage-health.js';
import { StorageOptions } from './storage-options.js';
import { StorageModule } from './storage.module.js';

describe('the storage module', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wand-module-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const optionsOf = (url: string): StorageOptions => ({
    url,
    synchronous: 'full',
    echoSql: false,
    connectionTimeoutSec: 1,
  });
  const moduleFor = (url: string) => StorageModule.forRootAsync({ useFactory: () => optionsOf(url) });
  const start = async (url: string) => {
    const app = await Test.createTestingModule({ imports: [moduleFor(url)] }).compile();
    return app.init();
  };
  const urlOf = (...path: string[]) => `sqlite:///${join(folder, ...path)}`;

  it('gives its ports to modules that do not import it, and takes its options from another', async () => {
    @Injectable()
    class Consumer {
      constructor(readonly leases: LeaseRepository) {}
    }
    @Module({ providers: [Consumer] })
    class ConsumerModule {}
    @Module({ providers: [{ provide: 'URL', useValue: 'sqlite::memory:' }], exports: ['URL'] })
    class SettingsModule {}
    const storage = StorageModule.forRootAsync({
      imports: [SettingsModule],
      inject: ['URL'],
      useFactory: (url: string) => optionsOf(url),
    });
    const app = await Test.createTestingModule({ imports: [storage, ConsumerModule] }).compile();
    expect(app.get(Consumer).leases).toBeInstanceOf(LeaseRepository);
    await app.get(StorageHealth).check();
    await app.close();
  });

  it('stores what others write while the application stops, then closes the database', async () => {
    @Injectable()
    class LateWriter implements OnApplicationShutdown {
      written: Promise<unknown> | undefined;
      constructor(private readonly leases: LeaseRepository) {}
      onApplicationShutdown(): void {
        this.written = this.leases.acquire({ owner: 'late', expiresAt: epochMs(1_000) });
      }
    }
    @Module({ providers: [LateWriter] })
    class LateModule {}
    const app = await Test.createTestingModule({ imports: [moduleFor(urlOf('wand.db')), LateModule] }).compile();
    await app.init();
    const late = app.get(LateWriter);
    await app.close();
    await expect(late.written).resolves.toEqual({ owner: 'late', expiresAt: 1_000 });
    await expect(stat(join(folder, 'wand.db-wal'))).rejects.toMatchObject({ code: 'ENOENT' });

    const next = await start(urlOf('wand.db'));
    expect(await next.get(LeaseRepository).acquire({ owner: 'next', expiresAt: epochMs(2_000) })).toMatchObject({
      owner: 'late',
    });
    await next.close();
  });

  it('is healthy while the database answers, and not after it was closed', async () => {
    const app = await start(urlOf('wand.db'));
    const health = app.get(StorageHealth);
    await health.check();
    await app.close();
    await expect(health.check()).rejects.toThrow();
  });

  it('lets one of two processes have the lease of a database', async () => {
    const [one, two] = await Promise.all([start(urlOf('wand.db')), start(urlOf('wand.db'))]);
    const leases = [one, two].map((app) => app.get(LeaseRepository));
    const acquire = () =>
      Promise.all(
        leases.map((lease, index) => lease.acquire({ owner: `process ${index}`, expiresAt: epochMs(1_000) })),
      );
    const [first, second] = await acquire();
    expect(first).toEqual(second);
    const winner = first?.owner === 'process 0' ? 0 : 1;
    await leases[winner]?.release(`process ${winner}`);
    expect(
      await leases[1 - winner]?.acquire({ owner: `process ${1 - winner}`, expiresAt: epochMs(2_000) }),
    ).toMatchObject({
      owner: `process ${1 - winner}`,
    });
    await Promise.all([one.close(), two.close()]);
  });

  it('says what is wrong with a database that cannot be opened, at once', async () => {
    await mkdir(join(folder, 'a-folder'));
    await writeFile(join(folder, 'a-text'), 'no database, but long enough to be read as the header of one'.repeat(20));
    await expect(start(urlOf('none', 'wand.db'))).rejects.toThrow(`the folder ${join(folder, 'none')} does not exist`);
    await expect(start(urlOf('a-text', 'wand.db'))).rejects.toThrow('is not a folder');
    await expect(start(urlOf('a-folder'))).rejects.toThrow('is not a file');
    await expect(start(urlOf('a-text'))).rejects.toThrow('the file is no SQLite database');
    await expect(start('mysql://root:hunter2@127.0.0.1:1/wand')).rejects.toThrow('cannot open the database');
  });

  // The superuser may write everywhere.
  (process.getuid?.() === 0 ? it.skip : it)('says which folder or file cannot be written', async () => {
    await writeFile(join(folder, 'fixed.db'), '');
    await chmod(join(folder, 'fixed.db'), 0o444);
    await expect(start(urlOf('fixed.db'))).rejects.toThrow('fixed.db cannot be written by this user');
    await chmod(folder, 0o555);
    await expect(start(urlOf('wand.db'))).rejects.toThrow('cannot be written by this user');
    await chmod(folder, 0o755);
  });
});
