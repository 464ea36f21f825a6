import type { EpochMs, RunId } from '../../executor/core/index.js';

export interface ArtifactInfo {
  readonly runId: RunId;
  readonly name: string;
  readonly nodeId: string;
  readonly contentType: string;
  readonly bytes: number;
  /** Hex SHA-256 of the content: the strong ETag. */
  readonly sha256: string;
  readonly createdAt: EpochMs;
}

export interface Artifact extends ArtifactInfo {
  readonly body: Uint8Array;
}

/** A file of a run that is named elsewhere. */
export type RunFile = Omit<Artifact, 'runId'>;

/** Files that agents produced and outputs that are too large for the journal, kept in the database so that they are durable with the run. */
export abstract class ArtifactRepository {
  /** Stores or replaces; durable when it resolves. @throws {JournalUnavailableError | JournalBusyError} */
  abstract put(artifact: Artifact): Promise<void>;
  abstract list(runId: RunId): Promise<ArtifactInfo[]>;
  abstract find(runId: RunId, name: string): Promise<Artifact | undefined>;
}
