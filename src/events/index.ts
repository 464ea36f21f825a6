export { EventBus, type PublishedEntries } from './event-bus.js';
export { EventsModule } from './events.module.js';
export { type EntriesHint, type Hint, Relay } from './relay.js';
export { RelayModule } from './relay.module.js';
