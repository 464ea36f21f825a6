import { Logger } from '@nestjs/common';
import type { AllRunsRepository } from '../../../storage/index.js';
import {
  type Blame,
  type RunId,
  type SuspectInFlight,
  CorruptJournalError,
  SUSPECT_AFTER,
  chargedSuspects,
  suspectsInFlight,
} from '../../core/index.js';
import type { FoldedRun, RunReader } from '../../run-reader.js';

interface SuspectOfRun extends SuspectInFlight {
  readonly runId: RunId;
}

/** Finds out, from the journals alone, whom to charge with the end of the process before. */
export class CrashInquest {
  private readonly logger = new Logger(CrashInquest.name);
  /** Who is charged, by run; undefined when no suspect was in flight, and so everybody is. */
  private charged: ReadonlyMap<RunId, readonly SuspectOfRun[]> | undefined;

  constructor(
    private readonly runs: AllRunsRepository,
    private readonly reader: RunReader,
  ) {}

  /** Looks at all unfinished runs; costs next to nothing unless crashes have hit the same nodes repeatedly. */
  async hold(): Promise<void> {
    const inFlight: SuspectOfRun[] = [];
    for (const runId of await this.runs.crashedOften(SUSPECT_AFTER)) {
      const folded = await this.read(runId);
      if (folded === undefined) continue;
      for (const suspect of suspectsInFlight(folded.plan, folded.state)) inFlight.push({ runId, ...suspect });
    }
    this.charged = inFlight.length === 0 ? undefined : Map.groupBy(chargedSuspects(inFlight), ({ runId }) => runId);
  }

  /** Undefined for a run that cannot be read: it runs nothing, so it is no suspect, and it must not keep the others waiting. */
  private async read(runId: RunId): Promise<FoldedRun | undefined> {
    try {
      return await this.reader.load(runId);
    } catch (error) {
      if (!(error instanceof CorruptJournalError)) throw error;
      this.logger.error({ run_id: runId, err: error }, 'what is stored of a run is damaged: it is left out');
      return undefined;
    }
  }

  verdict(runId: RunId): Blame {
    if (this.charged === undefined) return { kind: 'all' };
    return { kind: 'suspects', nodeIds: new Set(this.charged.get(runId)?.map(({ nodeId }) => nodeId)) };
  }
}
