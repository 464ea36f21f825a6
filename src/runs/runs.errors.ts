import type { RunStatus } from '../executor/core/index.js';
import type { EnginePhase, QueueBacklogError } from '../executor/index.js';
import { ProblemError } from '../http/index.js';

const shown = (id: string): string => JSON.stringify(id.slice(0, 64));

export class RunNotFoundError extends ProblemError {
  override readonly name = 'RunNotFoundError';
  constructor(runId: string) {
    super('run-not-found', `there is no run ${shown(runId)}`);
  }
}

export class NodeNotFoundError extends ProblemError {
  override readonly name = 'NodeNotFoundError';
  constructor(runId: string, nodeId: string) {
    super('node-not-found', `run ${runId} has no node ${shown(nodeId)}`);
  }
}

export class ArtifactNotFoundError extends ProblemError {
  override readonly name = 'ArtifactNotFoundError';
  constructor(runId: string, name: string) {
    super('artifact-not-found', `run ${runId} has no artifact ${shown(name)}`);
  }
}

export class RunFinishedError extends ProblemError {
  override readonly name = 'RunFinishedError';
  constructor(runId: string, status: RunStatus) {
    super('run-finished', `run ${runId} has ended: it is ${status} and cannot be cancelled`);
  }
}

export class RunNotFinishedError extends ProblemError {
  override readonly name = 'RunNotFinishedError';
  constructor(runId: string, status: RunStatus, what: 'retried' | 'deleted') {
    super('run-not-finished', `run ${runId} is ${status}: only a run that has ended can be ${what}; cancel it first`);
  }
}

export class NothingToRetryError extends ProblemError {
  override readonly name = 'NothingToRetryError';
  constructor(runId: string) {
    const changes = 'name nodes in from, or change input, params, skip, with_output or graph_version';
    super('nothing-to-retry', `run ${runId} succeeded, and a retry would change nothing: ${changes}`);
  }
}

export class ShuttingDownError extends ProblemError {
  override readonly name = 'ShuttingDownError';
  constructor() {
    super('shutting-down', 'the service is stopping: ask again when it is back', { retryAfterSec: 5 });
  }
}

export class QueueFullError extends ProblemError {
  override readonly name = 'QueueFullError';
  constructor({ backlog, ...cause }: QueueBacklogError) {
    const detail = `the queue cannot be reached, and ${backlog} accepted runs wait for it already (QUEUE__MAX_BACKLOG): nothing was stored, try again`;
    super('queue-unavailable', detail, { retryAfterSec: 5, cause });
  }
}

/** A stream may close at any time, or stay open for hours: no better time to come back is known. */
const RETRY_STREAM_SEC = 5;

export class TooManyStreamsError extends ProblemError {
  override readonly name = 'TooManyStreamsError';
  constructor(limit: number) {
    super('too-many-streams', `${limit} streams are open with this key, and no more are allowed: close one first`, {
      retryAfterSec: RETRY_STREAM_SEC,
    });
  }
}

export class StreamsExhaustedError extends ProblemError {
  override readonly name = 'StreamsExhaustedError';
  constructor() {
    super('overloaded', 'as many streams are open as this process keeps: ask again later', {
      retryAfterSec: RETRY_STREAM_SEC,
    });
  }
}

/** What to answer while the engine does not take work. */
export function engineProblem(phase: EnginePhase): ProblemError {
  if (phase === 'stopping') return new ShuttingDownError();
  return new ProblemError('not-ready', 'the service is starting: ask again when it is ready', { retryAfterSec: 1 });
}
