import type { RunId } from '../../executor/core/index.js';
import { ArtifactEntity } from '../entities/artifact.entity.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import type { GroupCommitWriter } from '../writer/group-commit-writer.js';
import { type Artifact, type ArtifactInfo, ArtifactRepository } from './artifact.repository.js';

export class SqliteArtifactRepository extends ArtifactRepository {
  private readonly sql: ReturnType<typeof prepareStatements>;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly writer: GroupCommitWriter,
  ) {
    super();
    this.sql = prepareStatements(database);
  }

  override async put(artifact: Artifact): Promise<void> {
    const values = this.sql.artifacts.values(artifact);
    await this.writer.submit({
      apply: () => void this.sql.upsert.run(...values),
      rows: 1,
      bytes: artifact.body.byteLength,
      isRefusable: true,
    });
  }

  override list(runId: RunId): Promise<ArtifactInfo[]> {
    return this.database.read(() => this.sql.ofRun.all(runId));
  }

  override find(runId: RunId, name: string): Promise<Artifact | undefined> {
    return this.database.read(() => this.sql.byName.get(runId, name));
  }
}

/** Prepared once, for the life of the process. */
function prepareStatements(database: SqliteDatabase) {
  const artifacts = database.table(ArtifactEntity);
  const upsert = database.prepare(`${artifacts.insertion} ${artifacts.onConflictUpdate(['runId', 'name'])}`);
  const ofRun = database.prepare<[RunId], ArtifactInfo>(
    `SELECT ${artifacts.select('runId', 'name', 'nodeId', 'contentType', 'bytes', 'sha256', 'createdAt')}
     FROM artifacts WHERE run_id = ? ORDER BY name`,
  );
  const byName = database.prepare<[RunId, string], Artifact>(
    `SELECT ${artifacts.selection} FROM artifacts WHERE run_id = ? AND name = ?`,
  );
  return { artifacts, upsert, ofRun, byName };
}
