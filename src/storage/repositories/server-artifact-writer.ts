import { EntityTable } from '../entity-table.js';
import { ArtifactEntity } from '../entities/artifact.entity.js';
import type { Dialect } from '../server/dialect.js';
import type { Statements } from '../server/server-database.js';
import type { Artifact } from './artifact.repository.js';

/**
 * What one statement carries of a body at most. MySQL refuses statements above its max_allowed_packet, 16 MB by default on
 * MariaDB, and the driver writes each byte as two characters.
 */
const CHUNK_BYTES = 4 * 1_024 * 1_024;

const APPEND = 'UPDATE artifacts SET body = CONCAT(body, ?) WHERE run_id = ? AND name = ?';

/** Stores artifacts inside a transaction, however large. */
export class ServerArtifactWriter {
  private readonly artifacts = new EntityTable(ArtifactEntity);
  private readonly upsert: string;

  constructor(private readonly dialect: Dialect) {
    const keys = ['run_id', 'name'];
    const rest = ['node_id', 'content_type', 'bytes', 'sha256', 'created_at', 'body'];
    this.upsert = `${this.artifacts.insertion} ${dialect.onConflictUpdate(keys, rest)}`;
  }

  /** Stores the artifact, or has it replace the one of its run and name. */
  put(tx: Statements, artifact: Artifact): Promise<void> {
    return this.write(tx, this.upsert, artifact);
  }

  /** Stores an artifact whose name is new to its run. */
  insert(tx: Statements, artifact: Artifact): Promise<void> {
    return this.write(tx, this.artifacts.insertion, artifact);
  }

  private async write(tx: Statements, statement: string, artifact: Artifact): Promise<void> {
    const body = bufferOf(artifact.body);
    const chunkBytes = this.dialect.name === 'mysql' ? CHUNK_BYTES : Infinity;
    await tx.change(statement, this.artifacts.values({ ...artifact, body: body.subarray(0, chunkBytes) }));
    for (let start = chunkBytes; start < body.length; start += chunkBytes) {
      await tx.change(APPEND, [body.subarray(start, start + chunkBytes), artifact.runId, artifact.name]);
    }
  }
}

/** The drivers take no other kind of bytes. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
