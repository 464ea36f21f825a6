export { type HeldSuspect, type SuspectGate } from './suspect-watch.js';
export { RunSession, type SessionEnd, type SessionParts } from './run-session.js';
