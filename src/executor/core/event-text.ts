import type { RunEvent } from './run-event.js';
import type { Level } from './statuses.js';

/** How an event reads in the log. */
export interface EventText {
  readonly lvl: Level;
  readonly msg: string;
}

const seconds = (ms: number): string => `${Number((ms / 1_000).toFixed(3))} s`;

/** Level and sentence of an event. */
export function describeEvent(event: RunEvent): EventText {
  switch (event.type) {
    case 'run.queued':
      return { lvl: 'info', msg: 'run queued' };
    case 'run.started':
      return { lvl: 'info', msg: 'run started' };
    case 'run.recovered':
      return { lvl: 'warn', msg: `run recovered, epoch ${event.epoch}` };
    case 'run.cancel_requested':
      return { lvl: 'warn', msg: 'cancel requested: attempts in flight were told to stop' };
    case 'run.succeeded': {
      const warnings = event.warnings.length === 0 ? '' : ` with warnings: ${event.warnings.join(', ')}`;
      return { lvl: event.warnings.length === 0 ? 'info' : 'warn', msg: `run succeeded${warnings}` };
    }
    case 'run.failed':
      return { lvl: 'error', msg: `run failed: ${event.error.message}` };
    case 'run.cancelled':
      return { lvl: 'warn', msg: 'run cancelled' };
    case 'node.reused': {
      const origin = event.fromRun === null ? 'its output was given' : `it succeeded in run ${event.fromRun}`;
      return { lvl: 'info', msg: `node not run again: ${origin}` };
    }
    case 'node.started':
      return { lvl: 'info', msg: event.attempt === 1 ? 'node started' : `node started, attempt ${event.attempt}` };
    case 'node.log':
      return { lvl: event.level, msg: event.message };
    case 'node.progress':
      return { lvl: 'debug', msg: event.message ?? `${event.percent} %` };
    case 'node.retrying':
      return {
        lvl: 'warn',
        msg: `attempt ${event.attempt} failed, next in ${seconds(event.waitMs)}: ${event.error.message}`,
      };
    case 'node.interrupted':
      return { lvl: 'warn', msg: `attempt ${event.attempt} lost with its process (${event.cause}), will run again` };
    case 'node.succeeded':
      return { lvl: 'info', msg: 'node succeeded' };
    case 'node.failed':
      return { lvl: 'error', msg: `node failed: ${event.error.message}` };
    case 'node.skipped':
      return { lvl: 'info', msg: `node skipped: ${event.reason}` };
    case 'node.cancelled':
      return { lvl: 'warn', msg: `node cancelled, attempt ${event.ended.replace('_', ' ')}` };
  }
}
