import { createHash } from 'node:crypto';
import { type EpochMs, type Json, type OutputRef } from '../core/index.js';
import type { RunFile } from '../../storage/index.js';

const CONTENT_TYPE = 'application/json';

/** An output that is too large for the journal: the value, how its event refers to it, and the file that holds it. */
export class LargeOutput {
  private constructor(
    readonly value: Json,
    readonly ref: OutputRef,
    private readonly body: Uint8Array,
  ) {}

  /**
   * @param text `value` as JSON.
   * @param artifact Name of the file.
   */
  static of(value: Json, text: string, artifact: string): LargeOutput {
    const body = Buffer.from(text);
    return new LargeOutput(value, { artifact, bytes: body.byteLength, sha256: digestOf(body) }, body);
  }

  /** The file, to be stored together with the event. */
  toFile(nodeId: string, createdAt: EpochMs): RunFile {
    const { artifact: name, bytes, sha256 } = this.ref;
    return { name, nodeId, contentType: CONTENT_TYPE, bytes, sha256, createdAt, body: this.body };
  }
}

/** Hex SHA-256. */
export function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
