export const RUN_STATUSES = ['PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const NODE_STATUSES = ['PENDING', 'RUNNING', 'RETRYING', 'SUCCESS', 'FAILED', 'SKIPPED', 'CANCELLED'] as const;
export type NodeStatus = (typeof NODE_STATUSES)[number];

export type TerminalRunStatus = 'SUCCESS' | 'FAILED' | 'CANCELLED';
export type TerminalNodeStatus = 'SUCCESS' | 'FAILED' | 'SKIPPED' | 'CANCELLED';

export function isTerminalRun(status: RunStatus): status is TerminalRunStatus {
  return status === 'SUCCESS' || status === 'FAILED' || status === 'CANCELLED';
}

export function isTerminalNode(status: NodeStatus): status is TerminalNodeStatus {
  return status === 'SUCCESS' || status === 'FAILED' || status === 'SKIPPED' || status === 'CANCELLED';
}

/** Why a node was skipped. When several hold, the first in this order is the reason. */
export const SKIP_REASONS = [
  'run_cancelled',
  'upstream_failed',
  'run_failing',
  'missing_input',
  'upstream_skipped',
  'cond_error',
  'cond_false',
  'skip_requested',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** Level of a journal entry, in rising order of weight. */
export type Level = (typeof LEVELS)[number];
