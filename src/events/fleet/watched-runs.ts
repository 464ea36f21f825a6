import { Logger } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import type { Namespace, RunId } from '../../executor/core/index.js';
import type { FleetRunsRepository, Journal } from '../../storage/index.js';
import type { PublishedEntries } from '../event-bus.js';
import type { EntriesHint } from '../relay.js';
import type { FollowCounts } from './follow-counts.js';
import { RunTail } from './run-tail.js';

/** How long a hint that is lost may hold an event back. */
const LOOK_MS = 1_000;
/** Runs that one look asks for in one statement. */
const LOOK_RUNS = 1_000;
/** Reads at once: watchers must not take the connections of those who write. */
const MAX_READS = 4;
const PAGE = 500;
const PAGE_CHARS = 262_144;

interface WatchedRun {
  readonly runId: RunId;
  readonly tail: RunTail;
  readonly published: Subject<PublishedEntries>;
  namespace: Namespace | undefined;
}

/**
 * The runs that somebody in this process watches, whoever executes them. What this process writes passes through; what
 * others write is read, once for all who watch the run, when a hint says so, or at the next look. Nothing is asked for while
 * nothing is watched.
 */
export class WatchedRuns {
  private readonly logger = new Logger('EventBus');
  private readonly watched = new Map<RunId, WatchedRun>();
  private readonly toRead = new Set<WatchedRun>();
  private readonly reading = new Set<WatchedRun>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly journal: Pick<Journal, 'read'>,
    private readonly runs: Pick<FleetRunsRepository, 'positionsOf'>,
    private readonly counts: FollowCounts,
  ) {}

  get size(): number {
    return this.watched.size;
  }

  run$(runId: RunId): Observable<PublishedEntries> {
    return new Observable((subscriber) => {
      const run = this.watched.get(runId) ?? this.watch(runId);
      const subscription = run.published.subscribe(subscriber);
      return () => {
        subscription.unsubscribe();
        if (!run.published.observed) this.forget(run);
      };
    });
  }

  /** This process has made entries durable. */
  takeOwn(published: PublishedEntries): void {
    const run = this.watched.get(published.runId);
    if (run === undefined) return;
    run.namespace = published.namespace;
    const entries = run.tail.takeOwn(published.entries);
    if (entries.length > 0) run.published.next({ ...published, entries });
    this.readIfBehind(run);
  }

  /** Another process has. */
  hear({ runId, namespace, firstSeq, lastSeq }: EntriesHint): void {
    const run = this.watched.get(runId);
    if (run === undefined) return;
    run.namespace = namespace;
    run.tail.expect(firstSeq, lastSeq);
    this.readIfBehind(run);
  }

  /** Looks whether the runs have moved, all with one statement; resolves when that is known, or could not be. */
  look(): Promise<void> {
    this.looking ??= this.lookAtAll().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private watch(runId: RunId): WatchedRun {
    const run = { runId, tail: new RunTail(), published: new Subject<PublishedEntries>(), namespace: undefined };
    this.watched.set(runId, run);
    this.timer ??= setInterval(() => void this.look(), LOOK_MS).unref();
    return run;
  }

  private forget(run: WatchedRun): void {
    if (this.watched.get(run.runId) === run) this.watched.delete(run.runId);
    this.toRead.delete(run);
    if (this.watched.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async lookAtAll(): Promise<void> {
    // Those whose read has failed.
    for (const run of this.watched.values()) this.readIfBehind(run);
    const runIds = [...this.watched.keys()];
    for (let at = 0; at < runIds.length; at += LOOK_RUNS) await this.lookAt(runIds.slice(at, at + LOOK_RUNS));
  }

  private async lookAt(runIds: readonly RunId[]): Promise<void> {
    this.counts.looks += 1;
    try {
      for (const { runId, namespace, lastSeq } of await this.runs.positionsOf(runIds)) {
        // Where nothing was published yet it begins with the newest entry: what is before that was there at some look.
        if (lastSeq > 0) this.hear({ kind: 'entries', runId, namespace, firstSeq: lastSeq, lastSeq, isRunLevel: true });
      }
    } catch (error) {
      this.logger.debug(`runs that are watched could not be looked at: ${String(error)}`);
    }
  }

  private readIfBehind(run: WatchedRun): void {
    if (!run.tail.isBehind || this.reading.has(run)) return;
    this.toRead.add(run);
    this.readNext();
  }

  private readNext(): void {
    for (const run of this.toRead) {
      if (this.reading.size >= MAX_READS) return;
      this.toRead.delete(run);
      this.reading.add(run);
      void this.readPage(run);
    }
  }

  /** One page, then it is the turn of others. */
  private async readPage(run: WatchedRun): Promise<void> {
    const { runId, tail, published } = run;
    let hasFailed = false;
    try {
      this.counts.reads += 1;
      const page = await this.journal.read(runId, { afterSeq: tail.afterSeq, limit: PAGE, maxChars: PAGE_CHARS });
      const entries = tail.takeRead(page);
      if (entries.length > 0 && run.namespace !== undefined) {
        published.next({ runId, namespace: run.namespace, entries });
      }
    } catch (error) {
      hasFailed = true;
      this.logger.debug(`what others wrote of run ${runId} could not be read, trying again: ${String(error)}`);
    } finally {
      this.reading.delete(run);
    }
    // After a failure the next look tries again: at once it would only fail again.
    if (!hasFailed && published.observed) this.readIfBehind(run);
    this.readNext();
  }
}
