import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import {
  AllGraphsRepository,
  AllRunsRepository,
  ApiKeyRepository,
  ArtifactRepository,
  FleetMemberRepository,
  GraphRepository,
  IdempotencyRepository,
  Journal,
  LeaseRepository,
  RunRemovalRepository,
  RunRepository,
  StorageModule,
  type StorageOptions,
} from '../../src/storage/index.js';
import type { StorageUnderTest } from './storage-under-test.js';

/** The adapters of a database, as the application gets them. */
export async function openStorage(url: string, changes: Partial<StorageOptions> = {}): Promise<StorageUnderTest> {
  const options = { url, synchronous: 'normal', echoSql: false, connectionTimeoutSec: 5, ...changes } as const;
  const storage = StorageModule.forRootAsync({ useFactory: () => options });
  const app = await Test.createTestingModule({ imports: [storage] }).compile();
  return {
    journal: app.get(Journal),
    runs: app.get(RunRepository),
    allRuns: app.get(AllRunsRepository),
    graphs: app.get(GraphRepository),
    allGraphs: app.get(AllGraphsRepository),
    artifacts: app.get(ArtifactRepository),
    idempotency: app.get(IdempotencyRepository),
    leases: app.get(LeaseRepository),
    members: app.get(FleetMemberRepository),
    removals: app.get(RunRemovalRepository),
    apiKeys: app.get(ApiKeyRepository),
    close: () => app.close(),
  };
}

/** A folder for the databases of one test file. */
export async function makeFolder(): Promise<{
  readonly file: (name: string) => string;
  readonly url: (name: string) => string;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'wand-storage-'));
  return {
    file: (name) => join(folder, name),
    url: (name) => `sqlite:///${join(folder, name)}`,
    remove: () => rm(folder, { recursive: true }),
  };
}
