import { Logger } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import { encodeTime } from 'ulid';
import { type JournalEntry, type RunId, isTerminalRun } from '../../executor/core/index.js';
import type { FleetRunsRepository, RunPosition } from '../../storage/index.js';
import type { PublishedEntries } from '../event-bus.js';
import { type EntriesHint, LOSS_WINDOW_MS } from '../relay.js';
import type { FollowCounts } from './follow-counts.js';
import { type KnownRun, KnownRuns, beginAt, following } from './known-runs.js';

const TICK_MS = 1_000;
const PAGE = 1_000;
/** Runs whose entries are read at once. */
const READ_RUNS = 50;
/** How far the clocks of two machines may be apart, with how long a run may take from its id to its commit. */
const CLOCK_MARGIN_MS = 30_000;
/** After a search, this many times as long as it took nothing is searched. */
const REST = 3;
const ULID_TIME_LENGTH = 10;

/** The clocks that it takes, in milliseconds. */
export interface FeedTime {
  wall(): number;
  monotonic(): number;
}

const SYSTEM_TIME: FeedTime = { wall: () => Date.now(), monotonic: () => performance.now() };

/**
 * What happens to all runs, for those who watch all. Of runs that others write, it tells the entries about the run as a whole.
 *
 * `off` while nobody watches. Then it learns which runs are unfinished and how far they are (`learning`); from then on
 * (`following`) hints tell which runs have moved. When hints may have been lost, it finds what has moved meanwhile: runs that
 * are unfinished now, runs that began since (their ids rise with time), and runs it knew as unfinished. No run that moved is
 * in none of the three.
 */
export class AllRunsFeed {
  private readonly logger = new Logger('EventBus');
  private readonly published = new Subject<PublishedEntries>();
  private known = new KnownRuns();
  private pending = new Set<KnownRun>();
  /** Changes when watching begins and ends: what an earlier one asked for counts no more. */
  private watch = 0;
  private timer: NodeJS.Timeout | undefined;
  private isReading = false;
  private isSearching = false;
  private searchNotBefore = 0;
  private beganAt = 0;
  private hasLearned = false;
  /** By the wall clock: what happened since then may have been missed. Undefined while nothing was. */
  private missedSince: number | undefined;
  private searchedAt = -Infinity;

  readonly all$ = new Observable<PublishedEntries>((subscriber) => {
    const isFirst = !this.published.observed;
    const subscription = this.published.subscribe(subscriber);
    if (isFirst) this.begin();
    return () => {
      subscription.unsubscribe();
      if (!this.published.observed) this.end();
    };
  });

  constructor(
    private readonly runs: FleetRunsRepository,
    private readonly counts: FollowCounts,
    private readonly time: FeedTime = SYSTEM_TIME,
  ) {}

  /** This process has made entries durable. */
  takeOwn(published: PublishedEntries): void {
    if (!this.published.observed) return;
    const { runId, namespace, entries } = published;
    const [first] = entries;
    const newest = entries.at(-1);
    if (first === undefined || newest === undefined) return;
    const run = this.known.get(runId) ?? this.known.add(runId, namespace, this.lastBefore(runId, first.seq));
    beginAt(run, first.seq);
    const fresh = following(run, entries);
    if (fresh === undefined) {
      this.expect(run, newest.seq);
      return;
    }
    run.last = run.target = Math.max(run.last, newest.seq);
    this.tell(run, fresh);
  }

  /** Another process has. */
  hear({ runId, namespace, firstSeq, lastSeq, isRunLevel }: EntriesHint): void {
    if (!this.published.observed) return;
    const known = this.known.get(runId);
    if (known === undefined && firstSeq > 1 && this.isOld(runId)) return;
    const run = known ?? this.known.add(runId, namespace, this.lastBefore(runId, firstSeq));
    beginAt(run, firstSeq);
    if (lastSeq <= run.last) return;
    // Nothing in it that would be told.
    if (!isRunLevel && run.target <= run.last && firstSeq <= run.last + 1) run.last = run.target = lastSeq;
    else this.expect(run, lastSeq);
  }

  /** Hints may have been lost. */
  search(): void {
    if (!this.published.observed) return;
    const since = Math.max(this.searchedAt, this.time.wall() - LOSS_WINDOW_MS);
    this.missedSince = Math.min(this.missedSince ?? Infinity, since);
    void this.findMissed();
  }

  private begin(): void {
    this.watch += 1;
    this.known = new KnownRuns();
    this.pending = new Set();
    this.hasLearned = false;
    this.beganAt = this.time.wall();
    this.searchedAt = -Infinity;
    this.missedSince = this.beganAt;
    this.searchNotBefore = 0;
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
    void this.findMissed();
  }

  private end(): void {
    this.watch += 1;
    clearInterval(this.timer);
    this.known = new KnownRuns();
    this.pending = new Set();
  }

  private tick(): void {
    this.known.prune(this.newRunsFrom(this.missedSince), this.time.monotonic());
    void this.findMissed();
    void this.readPending();
  }

  /** Where the ids begin of runs that a search for new ones finds. */
  private newRunsFrom(since: number | undefined): string {
    const from = Math.min(since ?? Infinity, this.time.wall() - LOSS_WINDOW_MS) - CLOCK_MARGIN_MS;
    return idBound(from);
  }

  /** All runs that are unfinished are known: one that is neither known nor new has ended. */
  private isOld(runId: RunId): boolean {
    return this.hasLearned && runId < this.newRunsFrom(this.missedSince);
  }

  /** How far a run was when watching began of which something is heard for the first time. */
  private lastBefore(runId: RunId, firstSeq: number): number {
    return this.hasLearned || this.isNew(runId) ? 0 : firstSeq - 1;
  }

  private isNew(runId: RunId): boolean {
    return runId > idBound(this.beganAt);
  }

  private async findMissed(): Promise<void> {
    const now = this.time.monotonic();
    if (this.isSearching || this.missedSince === undefined || now < this.searchNotBefore) return;
    this.isSearching = true;
    const { watch } = this;
    const missedSince = this.missedSince;
    this.missedSince = undefined;
    const searchedAt = this.time.wall();
    try {
      await this.findSince(missedSince, watch);
      if (watch === this.watch) {
        this.hasLearned = true;
        this.searchedAt = searchedAt;
      }
    } catch (error) {
      if (watch === this.watch) this.missedSince = Math.min(this.missedSince ?? Infinity, missedSince);
      this.logger.debug(`what others did could not be looked up, trying again: ${String(error)}`);
    } finally {
      this.isSearching = false;
      const took = this.time.monotonic() - now;
      this.searchNotBefore = this.time.monotonic() + took * REST;
    }
    // Watching has begun anew meanwhile.
    if (watch !== this.watch && this.published.observed) {
      this.searchNotBefore = 0;
      void this.findMissed();
    }
    void this.readPending();
  }

  private async findSince(since: number, watch: number): Promise<void> {
    const found = new Set<RunId>();
    const take = (page: readonly RunPosition[]): void => {
      if (watch !== this.watch) return;
      for (const position of page) {
        found.add(position.runId);
        this.compare(position);
      }
    };
    const wasKnown = this.known.unfinished;
    await this.eachPage((after) => this.runs.unfinished({ limit: PAGE, after }), take);
    const from = this.newRunsFrom(since);
    await this.eachPage((after) => this.runs.idAfter(after?.runId ?? from, PAGE), take);
    const others = wasKnown.map(({ runId }) => runId).filter((runId) => !found.has(runId));
    for (let at = 0; at < others.length && watch === this.watch; at += PAGE) {
      const asked = others.slice(at, at + PAGE);
      this.counts.looks += 1;
      take(await this.runs.positionsOf(asked));
      for (const runId of asked) if (!found.has(runId)) this.known.delete(runId);
    }
  }

  private async eachPage(
    read: (after: RunPosition | undefined) => Promise<RunPosition[]>,
    take: (page: readonly RunPosition[]) => void,
  ): Promise<void> {
    for (let after: RunPosition | undefined; ;) {
      this.counts.looks += 1;
      const page = await read(after);
      take(page);
      after = page.at(-1);
      if (page.length < PAGE) return;
    }
  }

  private compare({ runId, namespace, status, lastSeq }: RunPosition): void {
    const known = this.known.get(runId);
    if (known !== undefined) {
      if (lastSeq > Math.max(known.last, known.target)) this.expect(known, lastSeq);
      return;
    }
    // While it learns, what began before it is how things were.
    if (this.hasLearned || this.isNew(runId)) {
      this.expect(this.known.add(runId, namespace, 0), lastSeq);
      return;
    }
    const run = this.known.add(runId, namespace, lastSeq);
    run.isBase = true;
    if (isTerminalRun(status)) this.known.end(run, this.time.monotonic());
  }

  private expect(run: KnownRun, lastSeq: number): void {
    run.target = Math.max(run.target, lastSeq);
    if (run.target <= run.last) return;
    run.isBase = false;
    this.pending.add(run);
    void this.readPending();
  }

  private async readPending(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    try {
      // What comes in within a moment is read at once.
      await Promise.resolve();
      while (this.pending.size > 0) await this.readSome();
    } catch (error) {
      this.logger.debug(`what others wrote could not be read, trying again: ${String(error)}`);
    } finally {
      this.isReading = false;
    }
  }

  private async readSome(): Promise<void> {
    const { watch } = this;
    const runs = firstOf(this.pending, READ_RUNS);
    const spans = runs.map(({ runId, last, target }) => ({ runId, afterSeq: last, toSeq: target }));
    this.counts.reads += 1;
    const rows = await this.runs.runEntries(spans);
    if (watch !== this.watch) return;
    for (const [index, run] of runs.entries()) {
      run.last = spans[index]?.toSeq ?? run.last;
      if (run.target <= run.last) this.pending.delete(run);
      this.tell(
        run,
        rows.filter(({ runId }) => runId === run.runId).map(({ entry }) => entry),
      );
    }
  }

  private tell(run: KnownRun, entries: readonly JournalEntry[]): void {
    if (entries.length === 0) return;
    if (entries.some(isEnd)) this.known.end(run, this.time.monotonic());
    this.published.next({ runId: run.runId, namespace: run.namespace, entries });
  }
}

function firstOf(runs: Iterable<KnownRun>, count: number): KnownRun[] {
  const first: KnownRun[] = [];
  for (const run of runs) {
    first.push(run);
    if (first.length === count) break;
  }
  return first;
}

function isEnd({ type }: JournalEntry): boolean {
  return type === 'run.succeeded' || type === 'run.failed' || type === 'run.cancelled';
}

/** Sorts before the ids of all runs that were made at this time or later. */
function idBound(wallMs: number): string {
  return `r_${encodeTime(Math.max(0, Math.floor(wallMs)), ULID_TIME_LENGTH).toLowerCase()}`;
}
