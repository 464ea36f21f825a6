export { RunSession, type SessionEnd, type SessionParts } from './run-session.js';
