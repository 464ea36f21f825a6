import { Test } from '@nestjs/testing';
import { type Observable, defer, finalize } from 'rxjs';
import { EventBus, EventsModule, type PublishedEntries } from '../../src/events/index.js';
import type { RunId } from '../../src/executor/core/index.js';

/** The bus of the application, which counts who watches. */
export class WatchedBus extends EventBus {
  private count = 0;
  override readonly all$: Observable<PublishedEntries>;

  private constructor(private readonly bus: EventBus) {
    super();
    this.all$ = this.counted(bus.all$);
  }

  static async create(): Promise<WatchedBus> {
    const module = await Test.createTestingModule({ imports: [EventsModule] }).compile();
    return new WatchedBus(module.get(EventBus));
  }

  /** Subscriptions that are open now. */
  get watchers(): number {
    return this.count;
  }

  override get followCounts() {
    return this.bus.followCounts;
  }

  override publish(published: PublishedEntries): void {
    this.bus.publish(published);
  }

  override run$(runId: RunId): Observable<PublishedEntries> {
    return this.counted(this.bus.run$(runId));
  }

  private counted(source$: Observable<PublishedEntries>): Observable<PublishedEntries> {
    return defer(() => {
      this.count += 1;
      return source$.pipe(
        finalize(() => {
          this.count -= 1;
        }),
      );
    });
  }
}
