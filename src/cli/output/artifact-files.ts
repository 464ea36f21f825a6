import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isJsonObject } from '../../executor/core/index.js';
import { hasCode } from '../cli-errors.js';
import { slug } from './slug.js';

/** Beside the files: what was written under which name, so that only own files are ever replaced. */
const RECORD = '.wand-outputs.json';

/** A file that was saved. */
export interface SavedFile {
  readonly path: string;
  /** The name that was wanted and belongs to somebody else's file; the path is another then. */
  readonly insteadOf?: string;
}

/**
 * Saves files of runs in one folder. A file that an earlier run left there is replaced; one that somebody else put there,
 * or changed since, is kept, and a number goes into the new name.
 */
export class ArtifactFolder {
  private readonly digests: Map<string, string>;

  private constructor(
    private readonly folder: string,
    recorded: Iterable<readonly [string, string]>,
  ) {
    this.digests = new Map(recorded);
  }

  /** Makes the folder if need be. */
  static async open(folder: string): Promise<ArtifactFolder> {
    await mkdir(folder, { recursive: true });
    return new ArtifactFolder(folder, await readRecord(join(folder, RECORD)));
  }

  /** Saves `body` as `<graph name>-<artifact name>`. */
  async save(graphName: string, artifactName: string, body: Uint8Array): Promise<SavedFile> {
    const wanted = `${slug(graphName)}-${slug(artifactName)}`;
    const name = await this.freeName(wanted, digestOf(body));
    await replaceFile(join(this.folder, name), body);
    this.digests.set(name, digestOf(body));
    await this.writeRecord();
    const path = join(this.folder, name);
    return name === wanted ? { path } : { path, insteadOf: wanted };
  }

  private async freeName(wanted: string, digest: string): Promise<string> {
    const extension = extname(wanted);
    const stem = wanted.slice(0, wanted.length - extension.length);
    let name = wanted;
    for (let count = 2; !(await this.mayWrite(name, digest)); count++) name = `${stem}-${count}${extension}`;
    return name;
  }

  /** True if nothing stands there, or what an earlier run wrote and nobody changed, or the very same bytes. */
  private async mayWrite(name: string, digest: string): Promise<boolean> {
    const path = join(this.folder, name);
    try {
      if (!(await lstat(path)).isFile()) return false;
      const standing = digestOf(await readFile(path));
      return standing === digest || standing === this.digests.get(name);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return true;
      throw error;
    }
  }

  private async writeRecord(): Promise<void> {
    const text = JSON.stringify(Object.fromEntries([...this.digests].sort()), null, 2);
    await replaceFile(join(this.folder, RECORD), `${text}\n`);
  }
}

async function readRecord(path: string): Promise<[string, string][]> {
  try {
    const record: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (!isJsonObject(record)) return [];
    return Object.entries(record).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  } catch {
    // Without a record every file counts as somebody else's, which is safe.
    return [];
  }
}

/** Never leaves half a file behind. */
async function replaceFile(path: string, body: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, body, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
