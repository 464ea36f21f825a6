export { DatabaseLease } from './database-lease.js';
export { EmbeddedEngine } from './embedded-engine.js';
export { EmbeddedEngineOptions } from './embedded-engine.options.js';
