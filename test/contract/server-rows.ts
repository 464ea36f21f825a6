import { type RunStatus, epochMs, namespace } from '../../src/executor/core/index.js';
import { GraphVersionEntity } from '../../src/storage/entities/graph-version.entity.js';
import { GraphEntity } from '../../src/storage/entities/graph.entity.js';
import { IdempotencyKeyEntity } from '../../src/storage/entities/idempotency-key.entity.js';
import { RunEventEntity } from '../../src/storage/entities/run-event.entity.js';
import { RunLabelEntity } from '../../src/storage/entities/run-label.entity.js';
import { RunEntity } from '../../src/storage/entities/run.entity.js';
import { EntityTable } from '../../src/storage/entity-table.js';
import type { Param } from '../../src/storage/param.js';
import type { ServerDatabase, Statements } from '../../src/storage/server/server-database.js';
import { HERE, NOON, aGraph, aGraphId, aRecord, aRunId } from './storage-under-test.js';

/** Rows that one statement of the filling inserts. */
const PIECE = 500;

/** How many runs there are; their numbers are 1 to this. */
export const MANY_RUNS = 6_000;
export const THERE = namespace('there');

/** What the `number`th run is: nearly all have succeeded, a few of each hundred have not. */
function statusOf(number: number): RunStatus {
  if (number % 200 === 1) return 'PENDING';
  if (number % 200 === 2) return 'RUNNING';
  return number % 100 === 3 ? 'FAILED' : 'SUCCESS';
}

export const isRemoved = (number: number): boolean => number % 1_000 === 4;

/** Fills an empty database with runs of two graphs, their labels and journals, and with idempotency records. */
export async function fillWithRuns(database: ServerDatabase): Promise<void> {
  const numbers = Array.from({ length: MANY_RUNS }, (_, index) => index + 1);
  await database.transaction(async (tx) => {
    const graphs = [1, 2].map((number) => graphOf(number));
    await insert(tx, GraphEntity, graphs);
    await insert(tx, GraphVersionEntity, [aGraph(1), aGraph(2)]);
    await insert(tx, RunEntity, numbers.map(runOf));
    await insert(tx, RunLabelEntity, numbers.flatMap(labelsOf));
    await insert(tx, RunEventEntity, numbers.flatMap(eventsOf));
    const records = numbers.map((number) => aRecord(`k${number}`, { createdAt: epochMs(NOON + number) }));
    await insert(tx, IdempotencyKeyEntity, records);
  });
  for (const table of [
    'graphs',
    'graph_versions',
    'runs',
    'run_labels',
    'run_events',
    'artifacts',
    'idempotency_keys',
  ]) {
    await database.read(database.dialect.name === 'postgres' ? `ANALYZE ${table}` : `ANALYZE TABLE ${table}`);
  }
}

/** Inserts rows, some at a time. */
export async function insert<Row extends object>(
  tx: Statements,
  entity: new () => Row,
  rows: readonly Row[],
): Promise<void> {
  const table = new EntityTable(entity);
  const values = table.insertion.slice(table.insertion.lastIndexOf('('));
  for (let start = 0; start < rows.length; start += PIECE) {
    const piece = rows.slice(start, start + PIECE);
    const params = piece.flatMap((row): Param[] => table.values(row));
    await tx.change(table.insertion + `, ${values}`.repeat(piece.length - 1), params);
  }
}

function graphOf(number: number): GraphEntity {
  const place = number === 1 ? HERE : THERE;
  const times = { createdAt: NOON, updatedAt: NOON, archivedAt: null };
  return { graphId: aGraphId(number), namespace: place, name: `graph ${number}`, version: 1, ...times };
}

function runOf(number: number): RunEntity {
  const isThere = number % 50 === 0;
  const status = statusOf(number);
  const hasEnded = status === 'SUCCESS' || status === 'FAILED';
  return {
    runId: aRunId(number),
    namespace: isThere ? THERE : HERE,
    graphId: aGraphId(isThere ? 2 : 1),
    graphVersion: 1,
    graphName: 'graph',
    status,
    progress: 0,
    lastSeq: 3,
    epoch: number % 1_000 === 2 ? 2 : 0,
    createdAt: NOON,
    startedAt: NOON,
    finishedAt: hasEnded ? epochMs(NOON + number) : null,
    labelsJson: '{}',
    inputJson: JSON.stringify({ text: 'x'.repeat(200) }),
    errorJson: null,
    resultJson: null,
    nodesJson: null,
    retryOf: null,
    rootRunId: null,
    deletedAt: hasEnded && isRemoved(number) ? NOON : null,
  };
}

function labelsOf(number: number): RunLabelEntity[] {
  const { runId, namespace: place } = runOf(number);
  const all = { namespace: place, key: 'team', value: 'a', runId };
  return number % 300 === 5 ? [all, { ...all, key: 'rare', value: 'x' }] : [all];
}

function eventsOf(number: number): RunEventEntity[] {
  const event = { runId: aRunId(number), lvl: 1, msg: 'm', nodeId: 'a', attempt: 1, progress: null };
  const settings = number % 400 === 1 ? { expire_if_not_started_sec: 60 } : {};
  const first = JSON.stringify({ input: { text: 'x'.repeat(200) }, settings });
  return [
    { ...event, seq: 1, ts: NOON, type: 'run.queued', nodeId: null, attempt: null, dataJson: first },
    { ...event, seq: 2, ts: NOON, type: 'node.interrupted', dataJson: '{"cause":"crash"}' },
    { ...event, seq: 3, ts: NOON, type: 'node.interrupted', dataJson: '{"cause":"crash"}' },
  ];
}
