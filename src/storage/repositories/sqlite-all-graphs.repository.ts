import type { GraphId } from '../../executor/core/index.js';
import { GraphVersionEntity } from '../entities/graph-version.entity.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { AllGraphsRepository } from './all-graphs.repository.js';
import type { StoredGraphVersion } from './graph.repository.js';

export class SqliteAllGraphsRepository extends AllGraphsRepository {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(private readonly database: SqliteDatabase) {
    super();
    this.sql = prepareStatements(database);
  }

  override findVersionInAnyNamespace(graphId: GraphId, version: number): Promise<StoredGraphVersion | undefined> {
    return this.database.read(() => this.sql.byVersion.get(graphId, version));
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const versions = database.table(GraphVersionEntity);
  const byVersion = database.prepare<[GraphId, number], StoredGraphVersion>(
    `SELECT ${versions.selection} FROM graph_versions WHERE graph_id = ? AND version = ?`,
  );
  return { byVersion };
}
