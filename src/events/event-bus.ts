import { Injectable } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import type { FollowCounts } from './fleet/follow-counts.js';
import type { JournalEntry, Namespace, RunId } from '../executor/core/index.js';

/** Entries of one run that have just become durable, in order of `seq`. */
export interface PublishedEntries {
  readonly runId: RunId;
  /** Where the run lives. */
  readonly namespace: Namespace;
  readonly entries: readonly JournalEntry[];
}

/** Port: carries entries from the session that wrote them to whoever watches, in order and without loss. */
export abstract class EventBus {
  /** Call only after the entries are durable. */
  abstract publish(published: PublishedEntries): void;
  /**
   * Entries of one run from the moment of subscribing, each `seq` once and in order. Where another process writes them, the
   * first may leave out what had been written by then, and may be a little older than that moment: whoever begins with what
   * the journal has compares `seq`.
   */
  abstract run$(runId: RunId): Observable<PublishedEntries>;
  /**
   * Entries of all runs, in whatever namespace, from the moment of subscribing. Of runs that another process writes, those
   * alone that are about the run as a whole (`run.…`).
   */
  abstract readonly all$: Observable<PublishedEntries>;

  /** How often the database was asked for what other processes wrote. */
  abstract readonly followCounts: Readonly<FollowCounts>;
}

/** The bus of a single process. A publication costs time in proportion to those who watch its run. */
@Injectable()
export class InProcessEventBus extends EventBus {
  private readonly published = new Subject<PublishedEntries>();
  /** Present while somebody watches the run. */
  private readonly watched = new Map<RunId, Subject<PublishedEntries>>();

  override readonly all$ = this.published.asObservable();
  override readonly followCounts = { reads: 0, looks: 0 };

  override publish(published: PublishedEntries): void {
    this.watched.get(published.runId)?.next(published);
    this.published.next(published);
  }

  override run$(runId: RunId): Observable<PublishedEntries> {
    return new Observable((subscriber) => {
      const subject = this.watched.get(runId) ?? new Subject<PublishedEntries>();
      this.watched.set(runId, subject);
      const subscription = subject.subscribe(subscriber);
      return () => {
        subscription.unsubscribe();
        if (!subject.observed) this.watched.delete(runId);
      };
    });
  }
}
