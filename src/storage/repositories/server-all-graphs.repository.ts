import type { GraphId } from '../../executor/core/index.js';
import { EntityTable } from '../entity-table.js';
import { GraphVersionEntity } from '../entities/graph-version.entity.js';
import type { ServerDatabase } from '../server/server-database.js';
import { AllGraphsRepository } from './all-graphs.repository.js';
import type { StoredGraphVersion } from './graph.repository.js';

export class ServerAllGraphsRepository extends AllGraphsRepository {
  private readonly byVersion: string;

  constructor(private readonly database: ServerDatabase) {
    super();
    const { selection } = new EntityTable(GraphVersionEntity);
    this.byVersion = `SELECT ${selection} FROM graph_versions WHERE graph_id = ? AND version = ?`;
  }

  override async findVersionInAnyNamespace(graphId: GraphId, version: number): Promise<StoredGraphVersion | undefined> {
    const [found] = await this.database.read<StoredGraphVersion>(this.byVersion, [graphId, version]);
    return found;
  }
}
