import { type EntityColumn, entityColumns, entityTableName } from '../entity-columns.js';
import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';
import { ArtifactEntity } from '../entities/artifact.entity.js';
import { RunEventEntity } from '../entities/run-event.entity.js';
import { RunLabelEntity } from '../entities/run-label.entity.js';
import { RunEntity } from '../entities/run.entity.js';
import { idempotencyHorizon } from '../repositories/idempotency.repository.js';
import { epochMs } from '../../executor/core/index.js';
import { EVENT_PROPERTIES } from './journal-rows.js';

/** What a flush holds: a statement has no more than it needs, so that the server need not go through empty lists. */
export interface FlushShape {
  readonly hasAppends: boolean;
  readonly hasRuns: boolean;
  readonly hasLabels: boolean;
  readonly hasGuards: boolean;
  readonly hasCopies: boolean;
  readonly isFenced: boolean;
}

/** A column of a list that is bound as one array. */
interface ListColumn {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'bigint';
}

const APPEND_COLUMNS: readonly ListColumn[] = [
  { name: 'run_id', type: 'text' },
  { name: 'expected_seq', type: 'integer' },
  { name: 'last_seq', type: 'integer' },
  { name: 'progress', type: 'integer' },
  { name: 'is_whole', type: 'integer' },
  { name: 'status', type: 'text' },
  { name: 'epoch', type: 'integer' },
  { name: 'started_at', type: 'bigint' },
  { name: 'finished_at', type: 'bigint' },
  { name: 'error', type: 'text' },
  { name: 'result', type: 'text' },
  { name: 'nodes', type: 'text' },
];
/** Those that a whole projection writes. */
const PROJECTED = APPEND_COLUMNS.slice(APPEND_COLUMNS.findIndex(({ name }) => name === 'is_whole') + 1);

const COPY_COLUMNS: readonly ListColumn[] = [
  { name: 'run_id', type: 'text' },
  { name: 'from_run_id', type: 'text' },
  { name: 'name', type: 'text' },
];

const EVENTS = entityList(RunEventEntity, EVENT_PROPERTIES);
const RUNS = entityList(RunEntity);
const LABELS = entityList(RunLabelEntity);
const GUARDS = entityList(IdempotencyKeyEntity);
const COPIED = entityList(ArtifactEntity).filter(({ name }) => name !== 'run_id');

/** The lists that a statement takes, in their order; the owner of the lease comes behind them where it is fenced. */
export type ListName = 'appends' | 'events' | 'runs' | 'labels' | 'guards' | 'copies';

const LISTS: Readonly<Record<ListName, readonly ListColumn[]>> = {
  appends: APPEND_COLUMNS,
  events: EVENTS,
  runs: RUNS,
  labels: LABELS,
  // Whose request it guards stands last.
  guards: [...GUARDS, { name: 'run_id', type: 'text' }],
  copies: COPY_COLUMNS,
};

/** Row of the answer: ids of runs that are `stored`, of those whose files are `gone`, or who holds the `lease`. */
export interface FlushRow {
  readonly kind: 'stored' | 'gone' | 'lease';
  readonly value: string;
  readonly expires_at: number | null;
}

export function listsOf({ hasAppends, hasRuns, hasLabels, hasGuards, hasCopies }: FlushShape): ListName[] {
  const lists: readonly (readonly [ListName, boolean])[] = [
    ['appends', hasAppends],
    ['events', true],
    ['runs', hasRuns],
    ['labels', hasLabels],
    ['guards', hasGuards],
    ['copies', hasCopies],
  ];
  return lists.filter(([, isThere]) => isThere).map(([name]) => name);
}

/** How many arrays a list is bound as. */
export function widthOf(list: ListName): number {
  return LISTS[list].length;
}

/**
 * Everything of a flush in one statement, so that it costs one way to the server and back. Each part writes for those runs
 * alone that the parts before have let through: an append whose run has moved on moves nothing, and none of its entries is
 * stored.
 */
export function flushSql(shape: FlushShape): string {
  const lists = listsOf(shape);
  let param = 0;
  const parts = lists.map((list) => {
    const columns = LISTS[list];
    const arrays = columns.map(({ type }) => `$${(param += 1)}::${type}[]`).join(', ');
    return `"${list}" AS (SELECT * FROM unnest(${arrays}) AS list (${columns.map(({ name }) => `"${name}"`).join(', ')}))`;
  });
  const { hasAppends, hasRuns, hasGuards, hasCopies, hasLabels, isFenced } = shape;
  if (isFenced) parts.push(LEASE);
  const mine = isFenced ? `EXISTS (SELECT 1 FROM lease WHERE lease.owner = $${param + 1})` : 'true';
  if (hasAppends) parts.push(moved(mine));
  if (hasCopies) parts.push(GONE);
  if (hasGuards) parts.push(taken(mine, hasCopies));
  if (hasRuns) parts.push(created(mine, hasGuards, hasCopies));
  const stored = [
    ...(hasAppends ? ['SELECT run_id FROM moved'] : []),
    ...(hasRuns ? ['SELECT run_id FROM created'] : []),
  ].join(' UNION ALL ');
  parts.push(`stored AS (${stored})`);
  // Not a join: the planner knows nothing of how long the lists are, and would go through one for each row of the other.
  const isStored = '(list.run_id IN (SELECT run_id FROM stored)) IS TRUE';
  parts.push(insertion('written', RunEventEntity, EVENTS, `"events" list WHERE ${isStored}`));
  if (hasLabels) parts.push(insertion('labelled', RunLabelEntity, LABELS, `"labels" list WHERE ${isStored}`));
  if (hasCopies) parts.push(copied(isStored));
  const answers = [`SELECT 'stored' AS kind, run_id AS value, NULL::bigint AS expires_at FROM stored`];
  if (hasCopies) answers.push(`SELECT 'gone', run_id, NULL FROM gone`);
  if (isFenced) answers.push(`SELECT 'lease', owner, expires_at FROM lease`);
  return `WITH ${parts.join(',\n')}\n${answers.join(' UNION ALL ')}`;
}

/** Held until the flush is committed: whoever wants the lease waits for it. */
const LEASE = 'lease AS MATERIALIZED (SELECT owner, expires_at FROM process_lease WHERE id = 1 FOR SHARE)';

function moved(mine: string): string {
  const projected = PROJECTED.map(
    ({ name }) => `"${name}" = CASE WHEN list.is_whole = 1 THEN list."${name}" ELSE runs."${name}" END`,
  );
  return `moved AS (
    UPDATE runs SET progress = list.progress, last_seq = list.last_seq, ${projected.join(', ')}
    FROM "appends" list WHERE runs.run_id = list.run_id AND runs.last_seq = list.expected_seq AND ${mine}
    RETURNING runs.run_id)`;
}

const GONE = `gone AS (
  SELECT DISTINCT list.run_id FROM "copies" list
  WHERE NOT EXISTS (SELECT 1 FROM artifacts WHERE artifacts.run_id = list.from_run_id AND artifacts.name = list.name))`;

const NOT_GONE = 'list.run_id NOT IN (SELECT run_id FROM gone)';

/** The keys that were free, or had expired. */
function taken(mine: string, hasCopies: boolean): string {
  const columns = GUARDS.map(({ name }) => `"${name}"`).join(', ');
  const updates = GUARDS.filter(({ name }) => name !== 'scope' && name !== 'key').map(
    ({ name }) => `"${name}" = excluded."${name}"`,
  );
  const windowMs = Math.abs(idempotencyHorizon(epochMs(0)));
  return `taken AS (
    INSERT INTO idempotency_keys AS kept (${columns}) SELECT ${columns} FROM "guards" list
    WHERE ${mine}${hasCopies ? ` AND ${NOT_GONE}` : ''}
    ON CONFLICT ("scope", "key") DO UPDATE SET ${updates.join(', ')}
      WHERE kept.created_at <= excluded.created_at - ${windowMs}
    RETURNING "scope", "key")`;
}

function created(mine: string, hasGuards: boolean, hasCopies: boolean): string {
  const columns = RUNS.map(({ name }) => `"${name}"`).join(', ');
  const refused = `list.run_id NOT IN
    (SELECT g.run_id FROM "guards" g WHERE NOT EXISTS (SELECT 1 FROM taken t WHERE t."scope" = g."scope" AND t."key" = g."key"))`;
  const conditions = [mine, ...(hasGuards ? [refused] : []), ...(hasCopies ? [NOT_GONE] : [])];
  return `created AS (
    INSERT INTO runs (${columns}) SELECT ${columns} FROM "runs" list WHERE ${conditions.join(' AND ')}
    RETURNING run_id)`;
}

function copied(isStored: string): string {
  const columns = COPIED.map(({ name }) => `"${name}"`).join(', ');
  const values = COPIED.map(({ name }) => `artifacts."${name}"`).join(', ');
  return `copied AS (
    INSERT INTO artifacts ("run_id", ${columns}) SELECT list.run_id, ${values}
    FROM "copies" list JOIN artifacts ON artifacts.run_id = list.from_run_id AND artifacts.name = list.name
    WHERE ${isStored})`;
}

function insertion(name: string, entity: new () => object, list: readonly ListColumn[], source: string): string {
  const columns = list.map((column) => `"${column.name}"`).join(', ');
  return `${name} AS (INSERT INTO "${entityTableName(entity)}" (${columns}) SELECT ${columns} FROM ${source})`;
}

function entityList(entity: new () => object, properties?: readonly string[]): ListColumn[] {
  const columns = entityColumns(entity);
  const chosen = properties?.map((property) => columns.find((column) => column.property === property)) ?? columns;
  return chosen.flatMap((column) => (column === undefined ? [] : [{ name: column.column, type: typeOf(column) }]));
}

function typeOf({ type }: EntityColumn): ListColumn['type'] {
  return type === 'integer' || type === 'bigint' ? type : 'text';
}
