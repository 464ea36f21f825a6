import {
  type JournalEntry,
  RUN_STATUSES,
  type RunId,
  type RunStatus,
  isTerminalRun,
} from '../../executor/core/index.js';
import { RunEventEntity } from '../entities/run-event.entity.js';
import { RunEntity } from '../entities/run.entity.js';
import { EntityTable } from '../entity-table.js';
import { toEntry } from '../journal/journal-rows.js';
import { FleetRunsRepository, type RunPosition, type RunSpan } from '../repositories/fleet-runs.repository.js';
import type { ServerDatabase } from './server-database.js';

const UNFINISHED: readonly RunStatus[] = RUN_STATUSES.filter((status) => !isTerminalRun(status));

export class ServerFleetRunsRepository extends FleetRunsRepository {
  private readonly position: string;
  private readonly events = new EntityTable(RunEventEntity);

  constructor(private readonly database: ServerDatabase) {
    super();
    this.position = new EntityTable(RunEntity).select('runId', 'namespace', 'status', 'lastSeq');
  }

  override async positionsOf(runIds: readonly RunId[]): Promise<RunPosition[]> {
    if (runIds.length === 0) return [];
    return this.database.read<RunPosition>(
      `SELECT ${this.position} FROM "runs" WHERE "run_id" IN (${runIds.map(() => '?').join(', ')})`,
      runIds,
    );
  }

  override async unfinished({ limit, after }: { limit: number; after?: RunPosition }): Promise<RunPosition[]> {
    const page: RunPosition[] = [];
    for (const status of UNFINISHED.slice(after === undefined ? 0 : UNFINISHED.indexOf(after.status))) {
      if (page.length === limit) break;
      const { namespace, runId } = after?.status === status ? after : { namespace: '', runId: '' };
      // In the order of the index on the status, so that the limit ends the search.
      const rows = await this.database.read<RunPosition>(
        `SELECT ${this.position} FROM "runs"
         WHERE "status" = ? AND ("namespace" > ? OR ("namespace" = ? AND "run_id" > ?))
         ORDER BY "namespace", "run_id" LIMIT ${limit - page.length}`,
        [status, namespace, namespace, runId],
      );
      page.push(...rows);
    }
    return page;
  }

  override idAfter(text: string, limit: number): Promise<RunPosition[]> {
    return this.database.read<RunPosition>(
      `SELECT ${this.position} FROM "runs" WHERE "run_id" > ? ORDER BY "run_id" LIMIT ${limit}`,
      [text],
    );
  }

  override async runEntries(
    spans: readonly RunSpan[],
  ): Promise<{ readonly runId: RunId; readonly entry: JournalEntry }[]> {
    if (spans.length === 0) return [];
    const rows = await this.database.read<RunEventEntity>(
      `SELECT ${this.events.selection} FROM "run_events"
       WHERE (${spans.map(() => '("run_id" = ? AND "seq" > ? AND "seq" <= ?)').join(' OR ')}) AND "type" LIKE 'run.%'
       ORDER BY "run_id", "seq"`,
      spans.flatMap(({ runId, afterSeq, toSeq }) => [runId, afterSeq, toSeq]),
    );
    return rows.map(({ runId, ...row }) => ({ runId, entry: toEntry(row) }));
  }
}
