import { Injectable } from '@nestjs/common';
import { type Namespace, type PastRun, type RunQueued, decodeEntry, isTerminalRun } from '../../executor/core/index.js';
import { RunReader } from '../../executor/index.js';
import { Journal, type StoredRun } from '../../storage/index.js';
import { RunNotFinishedError, RunNotFoundError } from '../runs.errors.js';
import { RunsService } from '../runs.service.js';

/** A run that can be retried. */
export interface EndedRun extends PastRun {
  readonly run: StoredRun;
  /** The first event of its journal. */
  readonly queued: RunQueued;
}

/** Reads runs that have ended. */
@Injectable()
export class EndedRuns {
  constructor(
    private readonly runs: RunsService,
    private readonly reader: RunReader,
    private readonly journal: Journal,
  ) {}

  /** @throws {RunNotFoundError | RunNotFinishedError} */
  async find(namespace: Namespace, id: string): Promise<EndedRun> {
    const run = await this.runs.find(namespace, id);
    const { runId, status } = run;
    if (!isTerminalRun(status)) throw new RunNotFinishedError(runId, status, 'retried');
    const [first] = await this.journal.read(runId, { afterSeq: 0, limit: 1 });
    const queued = first === undefined ? undefined : decodeEntry(first);
    const folded = await this.reader.read(runId);
    if (folded === undefined || queued?.type !== 'run.queued') throw new RunNotFoundError(id);
    return { runId, run, queued, ...folded };
  }
}
