import { getMetadataArgsStorage } from 'typeorm';
import { ENTITIES } from '../entities/entities.js';
import { ProcessLeaseEntity } from '../entities/process-lease.entity.js';
import { entityColumns, entityTableName } from '../entity-columns.js';

/** A table as the copy sees it. Everything that it does with a table follows from this. */
export interface CopiedTable {
  readonly name: string;
  /** All of them, in the order of the entity. */
  readonly columns: readonly string[];
  /** The primary key, in its order. */
  readonly key: readonly string[];
  /** Columns that may be large: texts of any length, and bytes. */
  readonly texts: readonly string[];
  readonly blobs: readonly string[];
}

/** Every table but the lease, which belongs to a process; each stands behind those that it refers to. */
export function copiedTables(): CopiedTable[] {
  return ENTITIES.filter((entity) => entity !== ProcessLeaseEntity).map(describeTable);
}

function describeTable(entity: new () => object): CopiedTable {
  const columns = getMetadataArgsStorage().columns.filter(({ target }) => target === entity);
  const named = (chosen: typeof columns): string[] =>
    chosen.map(({ propertyName, options }) => options.name ?? propertyName);
  return {
    name: entityTableName(entity),
    columns: entityColumns(entity).map(({ column }) => column),
    key: named(columns.filter(({ options }) => options.primary === true)),
    texts: named(columns.filter(({ options }) => options.type === 'text')),
    blobs: named(columns.filter(({ options }) => options.type === 'blob')),
  };
}
