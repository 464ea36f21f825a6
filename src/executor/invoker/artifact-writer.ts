import { createHash } from 'node:crypto';
import type { RunId } from '../core/index.js';
import { type ArtifactWriter, type StoredArtifact, NonRetryableError } from '../../plugins/index.js';
import type { ArtifactRepository } from '../../storage/index.js';
import type { Clock } from '../clock.js';

const ARTIFACT_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Stores the files of one node run. */
export class RunArtifactWriter implements ArtifactWriter {
  constructor(
    private readonly artifacts: ArtifactRepository,
    private readonly clock: Clock,
    private readonly owner: { readonly runId: RunId; readonly nodeId: string },
    private readonly maxBytes: number,
  ) {}

  async put(artifact: Parameters<ArtifactWriter['put']>[0]): Promise<StoredArtifact> {
    const name = artifact.name ?? `${this.owner.nodeId}.${artifact.extension}`;
    if (!ARTIFACT_NAME.test(name)) {
      throw new NonRetryableError(`"${name}" is no artifact name: letters, digits, "_", "." and "-", at most 128`);
    }
    const body = typeof artifact.body === 'string' ? Buffer.from(artifact.body) : artifact.body;
    const bytes = body.byteLength;
    if (bytes > this.maxBytes) {
      const allowed = `more than the ${this.maxBytes} allowed (EXECUTION__MAX_ARTIFACT_BYTES)`;
      throw new NonRetryableError(`the artifact ${name} has ${bytes} bytes, ${allowed}`);
    }
    const sha256 = createHash('sha256').update(body).digest('hex');
    const { contentType } = artifact;
    await this.artifacts.put({ ...this.owner, name, contentType, bytes, sha256, createdAt: this.clock.now(), body });
    return { name, url: `/runs/${this.owner.runId}/artifacts/${name}`, bytes };
  }
}
