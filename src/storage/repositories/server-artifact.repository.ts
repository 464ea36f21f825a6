import type { RunId } from '../../executor/core/index.js';
import { EntityTable } from '../entity-table.js';
import { ArtifactEntity } from '../entities/artifact.entity.js';
import type { ServerDatabase } from '../server/server-database.js';
import { findsRow } from '../server/settle.js';
import { type Artifact, type ArtifactInfo, ArtifactRepository } from './artifact.repository.js';
import { ServerArtifactWriter } from './server-artifact-writer.js';

export class ServerArtifactRepository extends ArtifactRepository {
  private readonly writer: ServerArtifactWriter;
  private readonly sql = statements();

  constructor(private readonly database: ServerDatabase) {
    super();
    this.writer = new ServerArtifactWriter(database.dialect);
  }

  override async put(artifact: Artifact): Promise<void> {
    await this.database.transaction((tx) => this.writer.put(tx, artifact), {
      isStored: findsRow('SELECT 1 FROM artifacts WHERE run_id = ? AND name = ? AND sha256 = ? AND created_at = ?', [
        artifact.runId,
        artifact.name,
        artifact.sha256,
        artifact.createdAt,
      ]),
    });
  }

  override list(runId: RunId): Promise<ArtifactInfo[]> {
    return this.database.read<ArtifactInfo>(this.sql.ofRun, [runId]);
  }

  override async find(runId: RunId, name: string): Promise<Artifact | undefined> {
    const [artifact] = await this.database.read<Artifact>(this.sql.byName, [runId, name]);
    return artifact;
  }
}

function statements() {
  const artifacts = new EntityTable(ArtifactEntity);
  const info = artifacts.select('runId', 'name', 'nodeId', 'contentType', 'bytes', 'sha256', 'createdAt');
  return {
    ofRun: `SELECT ${info} FROM artifacts WHERE run_id = ? ORDER BY name`,
    byName: `SELECT ${artifacts.selection} FROM artifacts WHERE run_id = ? AND name = ?`,
  };
}
