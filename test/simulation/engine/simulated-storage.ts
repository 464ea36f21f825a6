import {
  DEFAULT_NAMESPACE,
  type JournalEntry,
  type Namespace,
  type RunId,
  type RunStatus,
  epochMs,
} from '../../../src/executor/core/index.js';
import {
  AllRunsRepository,
  type Artifact,
  ArtifactRepository,
  Journal,
  type JournalAppend,
  type JournalQuery,
  type NewRun,
  RunRepository,
  type StoredRun,
  type RunStanding,
  type UnfinishedRun,
} from '../../../src/storage/index.js';
import type { DurableStore } from './durable-store.js';
import type { SimulatedDisk } from './simulated-disk.js';
import type { Witness } from './witness.js';

/** The journal as one process reaches it. */
export class SimulatedJournal extends Journal {
  constructor(
    private readonly store: DurableStore,
    private readonly disk: SimulatedDisk,
    private readonly witness: Witness,
  ) {
    super();
  }

  override async create(run: NewRun, entries: readonly JournalEntry[]): Promise<void> {
    await this.disk.write(() => this.store.create(this.witness.name, run, entries));
  }

  override async append(append: JournalAppend): Promise<void> {
    this.witness.sawAppend(append.runId);
    try {
      await this.disk.write(() => this.store.append(this.witness.name, append));
    } catch (error) {
      this.witness.sawRefusal(append.runId, error);
      throw error;
    }
    this.witness.sawStored(append.runId, append.expectedSeq + append.entries.length);
  }

  override read(runId: RunId, { afterSeq, limit }: JournalQuery): Promise<JournalEntry[]> {
    return this.disk.read(() => this.store.entries(runId, afterSeq, limit));
  }
}

/** The rows of runs as clients of one process read them: all are in one namespace. */
export class SimulatedRuns extends RunRepository {
  constructor(
    private readonly store: DurableStore,
    private readonly disk: SimulatedDisk,
  ) {
    super();
  }

  override find(_namespace: Namespace, runId: RunId): Promise<StoredRun | undefined> {
    return this.disk.read(() => this.store.find(runId));
  }

  override findHead(namespace: Namespace, runId: RunId): Promise<StoredRun | undefined> {
    return this.find(namespace, runId);
  }

  override findStatus(_namespace: Namespace, runId: RunId): Promise<RunStatus | undefined> {
    return this.disk.read(() => this.store.find(runId)?.status);
  }

  override list(): Promise<StoredRun[]> {
    return this.disk.read(() => []);
  }
}

/** The rows of runs as the engine of one process reads them. */
export class SimulatedAllRuns extends AllRunsRepository {
  constructor(
    private readonly store: DurableStore,
    private readonly disk: SimulatedDisk,
  ) {
    super();
  }

  override findInAnyNamespace(runId: RunId): Promise<StoredRun | undefined> {
    return this.disk.read(() => this.store.find(runId));
  }

  override unfinished({ limit, after }: { limit: number; after?: UnfinishedRun }): Promise<UnfinishedRun[]> {
    const rest = (): UnfinishedRun[] =>
      this.store
        .unfinished()
        .filter((runId) => after === undefined || runId > after.runId)
        .map((runId) => ({ runId, namespace: DEFAULT_NAMESPACE, status: this.store.find(runId)?.status ?? 'PENDING' }));
    return this.disk.read(() => rest().slice(0, limit));
  }

  override standingsOf(runIds: readonly RunId[]): Promise<ReadonlyMap<RunId, RunStanding>> {
    return this.disk.read(() => {
      const found = runIds.map((runId) => [runId, this.store.find(runId)] as const);
      return new Map(found.flatMap(([runId, run]) => (run === undefined ? [] : [[runId, run]])));
    });
  }

  override expiring(): ReturnType<AllRunsRepository['expiring']> {
    return this.disk.read(() => this.store.runIds.flatMap((runId) => this.startByOf(runId)));
  }

  override crashedOften(times: number): Promise<RunId[]> {
    const isCrashedOften = (runId: RunId): boolean =>
      this.store.stateOf(runId)?.nodes.some(({ crashes }) => crashes >= times) ?? false;
    return this.disk.read(() => this.store.unfinished().filter(isCrashedOften));
  }

  private startByOf(runId: RunId): Awaited<ReturnType<AllRunsRepository['expiring']>> {
    const { status, settings, createdAt } = this.store.stateOf(runId) ?? {};
    const seconds = settings?.expireIfNotStartedSec;
    if (status !== 'PENDING' || seconds === undefined) return [];
    return [{ runId, startBy: epochMs(Number(createdAt) + seconds * 1_000) }];
  }
}

/** The files of runs as one process reads them; only the journal writes any. */
export class SimulatedFiles extends ArtifactRepository {
  constructor(
    private readonly store: DurableStore,
    private readonly disk: SimulatedDisk,
  ) {
    super();
  }

  override find(runId: RunId, name: string): Promise<Artifact | undefined> {
    return this.disk.read(() => this.store.file(runId, name));
  }

  override list(): Promise<Artifact[]> {
    return this.disk.read(() => []);
  }

  override put(): Promise<void> {
    return Promise.reject(new Error('no agent of the simulation makes files'));
  }
}
