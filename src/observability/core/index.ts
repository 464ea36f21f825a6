/** What any folder may use to be observed. It depends on nothing. */
export { DURATION_BOUNDS, Distribution } from './distribution.js';
export { holdOpen, isHeldOpen } from './held-open.js';
export { type LogContext, logContext, mentionRun, withLogContext, withoutLogContext } from './log-context.js';
