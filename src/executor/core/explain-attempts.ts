import type { NodeError } from './errors.js';
import type { EpochMs } from './ids.js';
import type { NodeEvent } from './run-event.js';

export const ATTEMPT_OUTCOMES = ['running', 'succeeded', 'failed', 'interrupted', 'cancelled'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/** One try of a node run. */
export interface AttemptExplanation {
  readonly attempt: number;
  readonly startedAt: EpochMs;
  /** Null while it runs. */
  readonly endedAt: EpochMs | null;
  readonly outcome: AttemptOutcome;
  readonly error: NodeError | null;
  /** How long the node then waited for the next one; null when none followed. */
  readonly waitMs: number | null;
}

/** The attempts of one node, from its events in order. */
export function explainAttempts(events: readonly NodeEvent[]): AttemptExplanation[] {
  const attempts: AttemptExplanation[] = [];
  const end = (
    endedAt: EpochMs,
    outcome: AttemptOutcome,
    error: NodeError | null = null,
    waitMs: number | null = null,
  ): void => {
    const last = attempts.pop();
    // A node may end without any attempt.
    if (last !== undefined) attempts.push({ ...last, endedAt: last.endedAt ?? endedAt, outcome, error, waitMs });
  };
  for (const event of events) {
    switch (event.type) {
      case 'node.started': {
        const { attempt, ts: startedAt } = event;
        attempts.push({ attempt, startedAt, endedAt: null, outcome: 'running', error: null, waitMs: null });
        break;
      }
      case 'node.retrying':
        end(event.ts, 'failed', event.error, event.waitMs);
        break;
      case 'node.interrupted':
        end(event.ts, 'interrupted');
        break;
      case 'node.succeeded':
        end(event.ts, 'succeeded');
        break;
      case 'node.failed':
        end(event.ts, 'failed', event.error);
        break;
      case 'node.cancelled':
        end(event.ts, 'cancelled');
        break;
      default:
        break;
    }
  }
  return attempts;
}
