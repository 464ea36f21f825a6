import { createHash } from 'node:crypto';
import type { SecretRegistry } from '../../config/index.js';
import type { RunId } from '../core/index.js';
import { type ArtifactWriter, type StoredArtifact, NonRetryableError } from '../../plugins/index.js';
import type { ArtifactRepository } from '../../storage/index.js';
import type { Clock } from '../clock.js';

const ARTIFACT_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** What can be the value of a header. */
const CONTENT_TYPE = /^[\x20-\x7e]{1,255}$/;

/** Types whose bytes are UTF-8 that somebody may read. */
const TEXT_TYPE = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|yaml|x-ndjson|javascript)\b|image\/svg\+xml)/i;

interface ArtifactRules {
  readonly maxBytes: number;
  readonly secrets: SecretRegistry;
}

/**
 * Stores the files of one node run. Secrets are taken out of texts; other files stay as they are, as there a replacement
 * would break lengths and checksums.
 */
export class RunArtifactWriter implements ArtifactWriter {
  constructor(
    private readonly artifacts: ArtifactRepository,
    private readonly clock: Clock,
    private readonly owner: { readonly runId: RunId; readonly nodeId: string },
    private readonly rules: ArtifactRules,
  ) {}

  async put(artifact: Parameters<ArtifactWriter['put']>[0]): Promise<StoredArtifact> {
    const name = artifact.name ?? `${this.owner.nodeId}.${artifact.extension}`;
    if (!ARTIFACT_NAME.test(name)) {
      throw new NonRetryableError(`"${name}" is no artifact name: letters, digits, "_", "." and "-", at most 128`);
    }
    if (!CONTENT_TYPE.test(artifact.contentType)) {
      throw new NonRetryableError(`the content type of ${name} takes 1 to 255 printable ASCII characters`);
    }
    const { maxBytes } = this.rules;
    const body = this.scrubbed(artifact.body, artifact.contentType);
    const bytes = body.byteLength;
    if (bytes > maxBytes) {
      const allowed = `more than the ${maxBytes} allowed (EXECUTION__MAX_ARTIFACT_BYTES)`;
      throw new NonRetryableError(`the artifact ${name} has ${bytes} bytes, ${allowed}`);
    }
    const sha256 = createHash('sha256').update(body).digest('hex');
    const { contentType } = artifact;
    await this.artifacts.put({ ...this.owner, name, contentType, bytes, sha256, createdAt: this.clock.now(), body });
    return { name, url: `/runs/${this.owner.runId}/artifacts/${name}`, bytes };
  }

  private scrubbed(body: Uint8Array | string, contentType: string): Uint8Array {
    const { secrets } = this.rules;
    if (typeof body === 'string') return Buffer.from(secrets.text(body));
    if (!TEXT_TYPE.test(contentType)) return body;
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
    return secrets.isIn(text) ? Buffer.from(secrets.text(text)) : body;
  }
}
