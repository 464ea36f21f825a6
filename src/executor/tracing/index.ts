export { RunTracer, type SessionTrace, type WatchedRun } from './run-tracer.js';
