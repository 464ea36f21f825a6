import { encodeTime } from 'ulid';
import {
  DEFAULT_NAMESPACE,
  type JournalEntry,
  type JsonObject,
  type RunId,
  epochMs,
  graphId,
  keyId,
  runId,
} from '../../src/executor/core/index.js';
import type {
  AllGraphsRepository,
  AllRunsRepository,
  ApiKeyRepository,
  ArtifactRepository,
  FleetMemberRepository,
  GraphRepository,
  IdempotencyRecord,
  IdempotencyRepository,
  Journal,
  LeaseRepository,
  NewRun,
  RunProjection,
  RunRemovalRepository,
  RunRepository,
  StoredApiKey,
  StoredGraphVersion,
} from '../../src/storage/index.js';

/** The ports of one adapter, on a database of their own. */
export interface StorageUnderTest {
  readonly journal: Journal;
  readonly runs: RunRepository;
  readonly allRuns: AllRunsRepository;
  readonly graphs: GraphRepository;
  readonly allGraphs: AllGraphsRepository;
  readonly artifacts: ArtifactRepository;
  readonly idempotency: IdempotencyRepository;
  readonly leases: LeaseRepository;
  readonly members: FleetMemberRepository;
  readonly removals: RunRemovalRepository;
  readonly apiKeys: ApiKeyRepository;
  close(): Promise<void>;
}

/** Opens an empty database. */
export type OpenStorage = () => Promise<StorageUnderTest>;

/** Where everything lives unless a test says otherwise. */
export const HERE = DEFAULT_NAMESPACE;

export const NOON = epochMs(Date.UTC(2026, 0, 1, 12));

const idOf = (prefix: string, number: number): string =>
  `${prefix}_${encodeTime(NOON, 10).toLowerCase()}${String(number).padStart(16, '0')}`;

/** The `number`th run id: they sort by number. */
export const aRunId = (number: number): RunId => runId(idOf('r', number));
export const aGraphId = (number: number) => graphId(idOf('g', number));
export const aKeyId = (number: number) => keyId(idOf('k', number));

export const aGraph = (number: number, changes: Partial<StoredGraphVersion> = {}): StoredGraphVersion => ({
  graphId: aGraphId(number),
  version: 1,
  name: `graph ${number}`,
  specJson: '{"name":"graph","nodes":[]}',
  createdAt: NOON,
  ...changes,
});

/** A run of graph 1. */
export const aRun = (number: number, changes: Partial<NewRun> = {}): NewRun => ({
  runId: aRunId(number),
  namespace: HERE,
  graphId: aGraphId(1),
  graphVersion: 1,
  graphName: 'graph 1',
  inputJson: '{}',
  labels: {},
  createdAt: NOON,
  ...changes,
});

export const anEntry = (seq: number, changes: Partial<JournalEntry> = {}): JournalEntry => ({
  seq,
  ts: epochMs(NOON + seq),
  type: seq === 1 ? 'run.queued' : 'node.log',
  lvl: 'info',
  msg: `entry ${seq}`,
  nodeId: seq === 1 ? null : 'a',
  attempt: seq === 1 ? null : 1,
  progress: null,
  data: null,
  ...changes,
});

/** Entries `from` to `to`. */
export const entriesFrom = (from: number, to: number): JournalEntry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => anEntry(from + index));

export const aProjection = (changes: Partial<RunProjection> = {}): RunProjection => ({
  status: 'RUNNING',
  progress: 0,
  epoch: 0,
  startedAt: NOON,
  finishedAt: null,
  resultJson: null,
  errorJson: null,
  nodesJson: null,
  ...changes,
});

export const aRecord = (key: string, changes: Partial<IdempotencyRecord> = {}): IdempotencyRecord => ({
  scope: 'anonymous POST /runs',
  key,
  requestHash: 'hash',
  status: 202,
  bodyJson: '{"run_id":"r"}',
  location: '/runs/r',
  createdAt: NOON,
  ...changes,
});

export const someData = (bytes: number): JsonObject => ({
  output: { text: 'é'.repeat(bytes / 2), list: [1, null, true] },
});

export const anApiKey = (number: number, changes: Partial<StoredApiKey> = {}): StoredApiKey => ({
  keyId: aKeyId(number),
  namespace: DEFAULT_NAMESPACE,
  name: `key ${number}`,
  prefix: 'wand_AbCdEfGh',
  keySha256: String(number).padStart(64, '0'),
  scopeText: 'runs:read runs:write',
  createdAt: NOON,
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  replacedBy: null,
  ...changes,
});
