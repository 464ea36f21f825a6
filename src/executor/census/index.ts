export { ATTEMPT_OUTCOMES, type AgentCounts, NODE_CLOCKS, NODE_OUTCOMES } from './agent-counts.js';
export { RunCensus } from './run-census.js';
