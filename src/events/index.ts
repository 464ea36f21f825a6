export { EventBus, type PublishedEntries } from './event-bus.js';
export { EventsModule } from './events.module.js';
export { type Hint, Relay } from './relay.js';
