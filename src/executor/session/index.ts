export { type PreparedInvocation, prepareInvocation } from './invocation.js';
export { type HeldSuspect, type SuspectGate } from './suspect-watch.js';
export { projectRun } from './projection.js';
export { RunSession, type SessionEnd, type SessionParts } from './run-session.js';
