import { Injectable } from '@nestjs/common';
import {
  type Json,
  type JournalEntry,
  type OutputRef,
  type RunId,
  type RunResult,
  CorruptJournalError,
  missingOutput,
  overlay,
  setOwn,
  withOutput,
} from '../core/index.js';
import { ArtifactRepository } from '../../storage/index.js';
import { digestOf } from './large-output.js';

/** Puts large outputs back where rows only refer to them. Whoever reads no large output pays nothing. */
@Injectable()
export class OutputHydrator {
  constructor(private readonly artifacts: ArtifactRepository) {}

  /**
   * Entries of one run as `decodeEntry` takes them: one read for each that refers to an output, none for the others.
   *
   * @throws {CorruptJournalError} if the file of an output is missing or is not the one that was stored.
   */
  async hydrate(runId: RunId, entries: readonly JournalEntry[]): Promise<readonly JournalEntry[]> {
    if (!entries.some((entry) => missingOutput(entry) !== undefined)) return entries;
    const hydrated: JournalEntry[] = [];
    for (const entry of entries) {
      const ref = missingOutput(entry);
      const { nodeId } = entry;
      hydrated.push(
        ref === undefined || nodeId === null ? entry : withOutput(entry, await this.read(runId, nodeId, ref)),
      );
    }
    return hydrated;
  }

  /** A stored result with all its outputs. @throws {CorruptJournalError} as `hydrate` does. */
  async hydrateResult(runId: RunId, { refs, ...result }: RunResult): Promise<RunResult> {
    if (refs === undefined) return result;
    const outputs: Record<string, Json> = {};
    for (const [nodeId, ref] of Object.entries(refs)) setOwn(outputs, nodeId, await this.read(runId, nodeId, ref));
    return { ...result, outputs: overlay(result.outputs, outputs) };
  }

  private async read(runId: RunId, nodeId: string, { artifact, sha256 }: OutputRef): Promise<Json> {
    const damaged = (what: string): CorruptJournalError =>
      new CorruptJournalError(
        `run ${runId}: the output of node "${nodeId}" is kept in its file ${artifact}, which ${what}`,
      );
    const file = await this.artifacts.find(runId, artifact);
    if (file === undefined) throw damaged('is missing');
    if (digestOf(file.body) !== sha256)
      throw damaged('was changed: it does not have the SHA-256 that the journal names');
    return JSON.parse(textOf(file.body)) as Json;
  }
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString();
}
