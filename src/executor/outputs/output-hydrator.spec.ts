import {
  type Json,
  type JournalEntry,
  CorruptJournalError,
  encodeEvent,
  epochMs,
  outputFileName,
  runId,
} from '../core/index.js';
import { type Artifact, ArtifactRepository } from '../../storage/index.js';
import { LargeOutput } from './large-output.js';
import { OutputHydrator } from './output-hydrator.js';

const RUN = runId('r_1');
const ts = epochMs(5);

/** The files of one run, and which of them were read. */
class Files extends ArtifactRepository {
  readonly read: string[] = [];
  private readonly files = new Map<string, Artifact>();

  override async put(artifact: Artifact): Promise<void> {
    this.files.set(artifact.name, artifact);
  }
  override async list(): Promise<Artifact[]> {
    return [...this.files.values()];
  }
  override async find(id: string, name: string): Promise<Artifact | undefined> {
    this.read.push(name);
    return id === RUN ? this.files.get(name) : undefined;
  }
}

describe('OutputHydrator', () => {
  const files = new Files();
  const hydrator = new OutputHydrator(files);
  const given = async (nodeId: string, output: Json): Promise<LargeOutput> => {
    const large = LargeOutput.of(output, JSON.stringify(output), outputFileName(nodeId, 1));
    await files.put({ ...large.toFile(nodeId, ts), runId: RUN });
    return large;
  };
  const entry = (seq: number, nodeId: string, { value, ref }: Pick<LargeOutput, 'value'> & Partial<LargeOutput>) =>
    encodeEvent({ type: 'node.succeeded', ts, nodeId, attempt: 1, output: value, ref }, seq, null);
  const damage = async (name: string, change: (file: Artifact) => Artifact | undefined): Promise<JournalEntry[]> => {
    const large = await given('x', 'whole');
    const file = await files.find(RUN, large.ref.artifact);
    const changed = file && change(file);
    if (changed !== undefined) await files.put(changed);
    return [entry(1, 'x', { value: large.value, ref: { ...large.ref, artifact: name } })];
  };

  it('puts each output back that rows refer to, and leaves the others alone', async () => {
    const large = await given('a', { text: 'ü', '__proto__ ': 1 });
    const rows = [entry(1, 'a', large), entry(2, 'b', { value: 'small' })];
    const [first, second] = await hydrator.hydrate(RUN, rows);
    expect(first).toEqual({ ...rows[0], data: { output_ref: large.ref, output: large.value } });
    expect(second).toBe(rows[1]);
  });

  it('reads nothing for rows that refer to nothing', async () => {
    files.read.length = 0;
    const rows = [entry(1, 'b', { value: 'small' })];
    expect(await hydrator.hydrate(RUN, rows)).toBe(rows);
    expect(files.read).toEqual([]);
  });

  it('puts the outputs of a result back in their places', async () => {
    const { ref, value } = await given('b', [1, 2]);
    const rest = { sinks: [], summary: { succeeded: 3, failedHandled: 0, skipped: 0 } };
    const outputs = { a: 1, b: null, c: 3 };
    const result = await hydrator.hydrateResult(RUN, { outputs, refs: { b: ref }, ...rest });
    expect(JSON.stringify(result.outputs)).toBe(JSON.stringify({ a: 1, b: value, c: 3 }));
    expect(result).not.toHaveProperty('refs');
    expect(await hydrator.hydrateResult(RUN, { outputs, ...rest })).toEqual({ outputs, ...rest });
  });

  it.each<[string, string, (file: Artifact) => Artifact | undefined, string]>([
    ['is missing', '$output.none.1.json', () => undefined, 'is missing'],
    [
      'was changed',
      '$output.x.1.json',
      (file) => ({ ...file, body: Buffer.from('"other"') }),
      'was changed: it does not have the SHA-256 that the journal names',
    ],
  ])('says whose file %s', async (_how, name, change, what) => {
    const rows = await damage(name, change);
    const message = `run r_1: the output of node "x" is kept in its file ${name}, which ${what}`;
    await expect(hydrator.hydrate(RUN, rows)).rejects.toThrow(new CorruptJournalError(message));
  });
});
