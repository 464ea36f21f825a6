import {
  type EpochMs,
  RUN_STATUSES,
  type RunId,
  type RunStatus,
  epochMs,
  isTerminalRun,
} from '../../executor/core/index.js';
import { EntityTable } from '../entity-table.js';
import { RunEntity } from '../entities/run.entity.js';
import type { Dialect } from '../server/dialect.js';
import type { ServerDatabase } from '../server/server-database.js';
import { AllRunsRepository, type ExpiringRun, type RunStanding, type UnfinishedRun } from './all-runs.repository.js';
import type { StoredRun } from './run.repository.js';
import { toStoredRun } from './stored-run.js';

const UNFINISHED: readonly RunStatus[] = RUN_STATUSES.filter((status) => !isTerminalRun(status));

/** Sorts before every run. */
const BEFORE_ALL = { namespace: '', runId: '' } as const;

/** Runs that are asked about at once. */
const STANDINGS_PAGE = 500;

/** First entries of journals that are read at once: they hold the inputs of their runs. */
const EXPIRING_PAGE = 100;

/** Where a run is that may expire, and the first entry of its journal. */
interface QueuedRun extends Pick<UnfinishedRun, 'namespace' | 'runId'> {
  readonly ts: EpochMs;
  readonly dataJson: string;
}

/** A place in the order of the index on the status. */
type Place = { readonly namespace: string; readonly runId: string };

export class ServerAllRunsRepository extends AllRunsRepository {
  private readonly sql: ReturnType<typeof statementsOf>;

  constructor(private readonly database: ServerDatabase) {
    super();
    this.sql = statementsOf(database.dialect);
  }

  override async findInAnyNamespace(runId: RunId): Promise<StoredRun | undefined> {
    const [row] = await this.database.read<RunEntity>(this.sql.byId, [runId]);
    return row && toStoredRun(row);
  }

  override async unfinished({ limit, after }: { limit: number; after?: UnfinishedRun }): Promise<UnfinishedRun[]> {
    const page: UnfinishedRun[] = [];
    for (const status of UNFINISHED.slice(after === undefined ? 0 : UNFINISHED.indexOf(after.status))) {
      if (page.length === limit) break;
      const behind = this.behind(after?.status === status ? after : BEFORE_ALL);
      const params = [status, ...behind.params, limit - page.length];
      page.push(...(await this.database.read<UnfinishedRun>(this.sql.unfinished(behind.sql), params)));
    }
    return page;
  }

  override async standingsOf(runIds: readonly RunId[]): Promise<ReadonlyMap<RunId, RunStanding>> {
    const found = new Map<RunId, RunStanding>();
    for (let from = 0; from < runIds.length; from += STANDINGS_PAGE) {
      const ids = runIds.slice(from, from + STANDINGS_PAGE);
      const rows = await this.database.read<RunStanding & { runId: RunId }>(this.sql.standings(ids.length), ids);
      for (const { runId, ...standing } of rows) found.set(runId, standing);
    }
    return found;
  }

  override async expiring(): Promise<ExpiringRun[]> {
    const expiring: ExpiringRun[] = [];
    let place: Place | undefined = BEFORE_ALL;
    while (place !== undefined) {
      const behind = this.behind(place);
      const page: QueuedRun[] = await this.database.read<QueuedRun>(this.sql.queued(behind.sql), behind.params);
      expiring.push(...page.flatMap(expiryOf));
      place = page.length === EXPIRING_PAGE ? page.at(-1) : undefined;
    }
    return expiring.sort((one, other) => (one.runId < other.runId ? -1 : 1));
  }

  override async crashedOften(times: number): Promise<RunId[]> {
    const params = [...UNFINISHED, times, times];
    const rows = await this.database.read<Pick<UnfinishedRun, 'runId'>>(this.sql.crashedOften, params);
    return rows.map(({ runId }) => runId);
  }

  private behind({ namespace, runId }: Place) {
    return this.database.dialect.behind(['runs.namespace', 'runs.run_id'], [namespace, runId]);
  }
}

/**
 * None, or one. The entry is read here, not by the server: MariaDB follows JSON no deeper than 32 levels, and the input that
 * stands in front of the settings may go deeper.
 */
function expiryOf({ runId, ts, dataJson }: QueuedRun): ExpiringRun[] {
  const data = JSON.parse(dataJson) as { readonly settings?: { readonly expire_if_not_started_sec?: number } };
  const seconds = data.settings?.expire_if_not_started_sec;
  return seconds === undefined ? [] : [{ runId, startBy: epochMs(ts + 1_000 * seconds) }];
}

function statementsOf({ by, jsonText }: Dialect) {
  const runs = new EntityTable(RunEntity);
  const byStatus = `runs${by('runs_status')}`;
  // In the order of the index on the status, so that the limit ends the search.
  const unfinished = (behind: string): string =>
    `SELECT ${runs.select('status', 'namespace', 'runId')} FROM ${byStatus}
     WHERE status = ? AND ${behind} ORDER BY namespace, run_id LIMIT ?`;
  const queued = (behind: string): string =>
    `SELECT runs.namespace, runs.run_id AS "runId", run_events.ts, run_events.data AS "dataJson"
     FROM ${byStatus} JOIN run_events ON run_events.run_id = runs.run_id AND run_events.seq = 1
     WHERE runs.status = 'PENDING' AND ${behind} AND run_events.data LIKE '%"expire_if_not_started_sec":%'
     ORDER BY runs.namespace, runs.run_id LIMIT ${EXPIRING_PAGE}`;
  // Each take-over raises the epoch, so that most runs are passed over without a look at their journals. CASE keeps the server
  // from reading the JSON of other entries.
  const cause = `CASE WHEN run_events.type = 'node.interrupted' THEN ${jsonText('run_events.data', 'cause')} END`;
  const crashedOften = `SELECT DISTINCT run_id AS "runId" FROM (
       SELECT runs.run_id FROM ${byStatus} JOIN run_events ON run_events.run_id = runs.run_id
       WHERE runs.status IN (${UNFINISHED.map(() => '?').join(', ')}) AND runs.epoch >= ? AND ${cause} = 'crash'
       GROUP BY runs.run_id, run_events.node_id HAVING count(*) >= ?) crashed
     ORDER BY run_id`;
  const byId = `SELECT ${runs.selection} FROM runs WHERE run_id = ? AND deleted_at IS NULL`;
  const standings = (count: number): string =>
    `SELECT ${runs.select('runId', 'status', 'lastSeq')} FROM runs WHERE run_id IN (${Array(count).fill('?').join(', ')})`;
  return { byId, unfinished, standings, queued, crashedOften };
}
