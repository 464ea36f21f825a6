export { CrashInquest } from './crash-inquest.js';
export { QueueDeadlines } from './queue-deadlines.js';
export { SessionHost, type SessionKeeper, type SessionPorts } from './session-host.js';
