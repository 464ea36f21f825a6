import { encodeTime } from 'ulid';
import { type Observable, Subject } from 'rxjs';
import { FleetEventBus } from '../../src/events/fleet/fleet-event-bus.js';
import { type Hint, Relay } from '../../src/events/relay.js';
import {
  type JournalEntry,
  type RunEventType,
  type RunId,
  type RunStatus,
  namespace,
  runId,
} from '../../src/executor/core/index.js';
import { FleetRunsRepository, type JournalQuery, type RunPosition, type RunSpan } from '../../src/storage/index.js';
import { anEntry } from '../contract/storage-under-test.js';

const HERE = namespace('here');
const ENDS: readonly RunEventType[] = ['run.succeeded', 'run.failed', 'run.cancelled'];

/** What may happen to a call: it takes so long, and may fail in the end. */
export interface Weather {
  readonly latencyMs: number;
  readonly hasFailed: boolean;
}

/** The journal of a fleet in memory, as all its processes see it. */
export class SharedJournal extends FleetRunsRepository {
  readonly runs = new Map<RunId, JournalEntry[]>();
  calls = 0;
  weather: () => Weather = () => ({ latencyMs: 1, hasFailed: false });

  /** A run whose id says that it was made now. */
  static idAt(wallMs: number, number: number): RunId {
    return runId(`r_${encodeTime(wallMs, 10).toLowerCase()}${String(number).padStart(16, '0')}`);
  }

  /** Makes the next entry of a run durable. */
  commit(id: RunId, type: RunEventType): JournalEntry {
    const entries = this.runs.get(id) ?? [];
    this.runs.set(id, entries);
    const entry = anEntry(entries.length + 1, { type });
    entries.push(entry);
    return entry;
  }

  entriesOf(id: RunId): readonly JournalEntry[] {
    return this.runs.get(id) ?? [];
  }

  isOver(id: RunId): boolean {
    const last = this.entriesOf(id).at(-1);
    return last !== undefined && ENDS.includes(last.type);
  }

  read(id: RunId, { afterSeq, limit }: JournalQuery): Promise<JournalEntry[]> {
    return this.call(() =>
      this.entriesOf(id)
        .filter(({ seq }) => seq > afterSeq)
        .slice(0, Math.min(limit, 3)),
    );
  }

  override positionsOf(runIds: readonly RunId[]): Promise<RunPosition[]> {
    return this.call(() => runIds.filter((id) => this.runs.has(id)).map((id) => this.position(id)));
  }

  override unfinished({ limit, after }: { limit: number; after?: RunPosition }): Promise<RunPosition[]> {
    return this.call(() =>
      this.ids
        .filter((id) => !this.isOver(id) && id > (after?.runId ?? ''))
        .slice(0, limit)
        .map((id) => this.position(id)),
    );
  }

  override idAfter(text: string, limit: number): Promise<RunPosition[]> {
    return this.call(() =>
      this.ids
        .filter((id) => id > text)
        .slice(0, limit)
        .map((id) => this.position(id)),
    );
  }

  override runEntries(spans: readonly RunSpan[]): Promise<{ runId: RunId; entry: JournalEntry }[]> {
    return this.call(() =>
      spans.flatMap(({ runId: id, afterSeq, toSeq }) =>
        this.entriesOf(id)
          .filter(({ seq, type }) => seq > afterSeq && seq <= toSeq && type.startsWith('run.'))
          .map((entry) => ({ runId: id, entry })),
      ),
    );
  }

  private get ids(): RunId[] {
    return [...this.runs.keys()].sort();
  }

  private position(id: RunId): RunPosition {
    const status: RunStatus = this.isOver(id) ? 'SUCCESS' : 'RUNNING';
    return { runId: id, namespace: HERE, status, lastSeq: this.entriesOf(id).length };
  }

  /** What is read is how things were somewhere in the middle. */
  private async call<Result>(read: () => Result): Promise<Result> {
    this.calls += 1;
    const { latencyMs, hasFailed } = this.weather();
    await pause(latencyMs / 2);
    if (hasFailed) throw new Error('the database is away');
    const result = read();
    await pause(latencyMs / 2);
    return result;
  }
}

/** What becomes of a hint on its way to one process: when it arrives, so often. */
export type Fate = readonly number[];

/** Carries hints as the dice say. Whoever loses one is told of a gap within a second. */
export class UnreliableRelay extends Relay {
  private readonly heard = new Subject<Hint>();
  private readonly missed = new Subject<void>();
  override readonly hints$: Observable<Hint> = this.heard.asObservable();
  override readonly gaps$: Observable<void> = this.missed.asObservable();
  override readonly stats = { sent: 0, received: 0, dropped: 0, gaps: 0 };
  fate: () => Fate = () => [1];

  constructor(private readonly others: () => readonly UnreliableRelay[]) {
    super();
  }

  override publish(hint: Hint): void {
    for (const other of this.others()) if (other !== this) other.deliver(hint);
  }

  override start(): void {
    // Whoever is made listens.
  }

  override stop(): Promise<void> {
    return Promise.resolve();
  }

  private deliver(hint: Hint): void {
    const arrivals = this.fate();
    if (arrivals.length === 0) setTimeout(() => this.missed.next(), 1_000);
    for (const afterMs of arrivals) setTimeout(() => this.heard.next(hint), afterMs);
  }
}

/** Processes with a journal in common. */
export class Fleet {
  readonly journal = new SharedJournal();
  readonly relays: UnreliableRelay[] = [];
  readonly buses: FleetEventBus[] = [];

  constructor(processes: number) {
    for (let index = 0; index < processes; index++) {
      const relay = new UnreliableRelay(() => this.relays);
      this.relays.push(relay);
      this.buses.push(new FleetEventBus(relay, this.journal, this.journal));
    }
  }

  /** A process commits an entry, and publishes it unless it dies in between. */
  write(process: number, id: RunId, type: RunEventType, isPublished = true): void {
    const entry = this.journal.commit(id, type);
    if (isPublished) this.buses[process]?.publish({ runId: id, namespace: HERE, entries: [entry] });
  }

  close(): void {
    for (const bus of this.buses) bus.onModuleDestroy();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
