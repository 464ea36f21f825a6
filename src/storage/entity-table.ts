import type { Param } from './param.js';
import { entityColumns, entityTableName } from './entity-columns.js';

type Property<Row> = Extract<keyof Row, string>;

/** SQL made from an entity's columns: the entity alone says which property of a row is which column. */
export class EntityTable<Row extends object> {
  /** Quoted. */
  readonly name: string;
  /** `"run_id" AS "runId", …`, for rows that have the entity's properties. */
  readonly selection: string;
  /** Takes what `values` gives. */
  readonly insertion: string;
  private readonly columns: ReadonlyMap<string, string>;
  private readonly properties: readonly Property<Row>[];

  constructor(entity: new () => Row) {
    this.columns = new Map(entityColumns(entity).map(({ property, column }) => [property, `"${column}"`]));
    this.name = `"${entityTableName(entity)}"`;
    this.properties = [...this.columns.keys()] as Property<Row>[];
    this.selection = this.select(...this.properties);
    this.insertion = this.insertionOf(this.properties);
  }

  /** Takes the values of the properties, in their order. */
  insertionOf(properties: readonly Property<Row>[]): string {
    return `INSERT INTO ${this.name} (${this.names(...properties)}) VALUES (${properties.map(() => '?').join(', ')})`;
  }

  /** The selection of some properties. */
  select(...properties: Property<Row>[]): string {
    return properties.map((property) => `${this.columns.get(property)} AS "${property}"`).join(', ');
  }

  /** The quoted columns of some properties. */
  names(...properties: Property<Row>[]): string {
    return properties.map((property) => this.columns.get(property)).join(', ');
  }

  /** Turns an insertion into an update of these properties where the row exists already. */
  onConflictUpdate(keys: readonly Property<Row>[]): string {
    const isKey = (property: string): boolean => keys.some((key) => key === property);
    const assignments = [...this.columns]
      .filter(([property]) => !isKey(property))
      .map(([, column]) => `${column} = excluded.${column}`);
    return `ON CONFLICT (${keys.map((key) => this.columns.get(key)).join(', ')}) DO UPDATE SET ${assignments.join(', ')}`;
  }

  /** The values of a row, in the order of the insertion. */
  values(row: Row): Param[] {
    return this.properties.map((property) => row[property] as Param);
  }
}
