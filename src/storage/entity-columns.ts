import { getMetadataArgsStorage } from 'typeorm';

/** A column of an entity, in the order in which the entity declares them. */
export interface EntityColumn {
  readonly property: string;
  readonly column: string;
  /** As the entity declares it. */
  readonly type: string;
}

/** The table of an entity, as its decorators tell it; no open database is needed. */
export function entityTableName(entity: new () => object): string {
  const table = getMetadataArgsStorage().tables.find(({ target }) => target === entity);
  if (table?.name === undefined) throw new TypeError(`${entity.name} is no entity`);
  return table.name;
}

export function entityColumns(entity: new () => object): EntityColumn[] {
  return getMetadataArgsStorage()
    .columns.filter(({ target }) => target === entity)
    .map(({ propertyName, options }) => ({
      property: propertyName,
      column: options.name ?? propertyName,
      type: String(options.type),
    }));
}
