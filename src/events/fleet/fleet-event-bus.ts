import type { Observable, Subscription } from 'rxjs';
import type { RunId } from '../../executor/core/index.js';
import type { FleetRunsRepository, Journal } from '../../storage/index.js';
import { EventBus, type PublishedEntries } from '../event-bus.js';
import type { Hint, Relay } from '../relay.js';
import { AllRunsFeed } from './all-runs-feed.js';
import type { FollowCounts } from './follow-counts.js';
import { WatchedRuns } from './watched-runs.js';

/**
 * The bus of one process of a fleet. What this process publishes goes to its own watchers at once and to the other processes
 * as a hint; what those publish is read from the journal, for runs that are watched here.
 */
export class FleetEventBus extends EventBus {
  private readonly counts: FollowCounts = { reads: 0, looks: 0 };
  private readonly watched: WatchedRuns;
  private readonly feed: AllRunsFeed;
  private readonly subscriptions: readonly Subscription[];
  override readonly all$: Observable<PublishedEntries>;

  constructor(
    private readonly relay: Relay,
    journal: Pick<Journal, 'read'>,
    runs: FleetRunsRepository,
  ) {
    super();
    this.watched = new WatchedRuns(journal, runs, this.counts);
    this.feed = new AllRunsFeed(runs, this.counts);
    this.all$ = this.feed.all$;
    this.subscriptions = [
      relay.hints$.subscribe((hint) => this.hear(hint)),
      relay.gaps$.subscribe(() => {
        if (this.watched.size > 0) void this.watched.look();
        this.feed.search();
      }),
    ];
  }

  override get followCounts(): Readonly<FollowCounts> {
    return this.counts;
  }

  override publish(published: PublishedEntries): void {
    const { runId, namespace, entries } = published;
    const [first] = entries;
    const newest = entries.at(-1);
    if (first === undefined || newest === undefined) return;
    this.watched.takeOwn(published);
    this.feed.takeOwn(published);
    const isRunLevel = entries.some(({ type }) => type.startsWith('run.'));
    this.relay.publish({ kind: 'entries', runId, namespace, firstSeq: first.seq, lastSeq: newest.seq, isRunLevel });
  }

  override run$(runId: RunId): Observable<PublishedEntries> {
    return this.watched.run$(runId);
  }

  onModuleDestroy(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  private hear(hint: Hint): void {
    if (hint.kind !== 'entries') return;
    this.watched.hear(hint);
    this.feed.hear(hint);
  }
}
