import { Module } from '@nestjs/common';
import { FleetRunsRepository, Journal } from '../storage/index.js';
import { EventBus, InProcessEventBus } from './event-bus.js';
import { FleetEventBus } from './fleet/fleet-event-bus.js';
import { Relay } from './relay.js';
import { SolitaryRelay } from './solitary-relay.js';

function openBus(relay?: Relay, journal?: Journal, runs?: FleetRunsRepository): EventBus {
  if (relay === undefined || relay instanceof SolitaryRelay) return new InProcessEventBus();
  if (journal === undefined || runs === undefined) throw new TypeError('a fleet shares the database of a server');
  return new FleetEventBus(relay, journal, runs);
}

/** The relay and the storage come from global modules; where they do not, the process is alone. */
@Module({
  providers: [
    {
      provide: EventBus,
      inject: [Relay, Journal, FleetRunsRepository].map((token) => ({ token, optional: true })),
      useFactory: openBus,
    },
  ],
  exports: [EventBus],
})
export class EventsModule {}
