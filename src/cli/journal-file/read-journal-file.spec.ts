import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { CliError } from '../cli-errors.js';
import { planOfJournal } from './plan-of-journal.js';
import { type JournalFile, readJournalFile } from './read-journal-file.js';

const KEYS = { open: false, known: ['text'], required: ['text'], defaulted: [] };
const HEADER = {
  format: 'wand-journal',
  version: 1,
  run_id: 'r_1',
  graph_id: 'g_1',
  graph_version: 1,
  graph_name: 'demo',
  graph: { name: 'demo', nodes: [{ id: 'a', type: 'agent.x', params: { k: 1 } }], edges: [] },
  agents: { 'agent.x': { params: KEYS, input: KEYS } },
  last_seq: 2,
};
const QUEUED = { seq: 1, ts: 1.25, lvl: 'info', type: 'run.queued', msg: 'run queued', data: {} };
const STARTED = { seq: 2, ts: 1.5, lvl: 'info', type: 'run.started', msg: 'run started' };

const textOf = (...records: unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

describe('readJournalFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wand-journal-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (content: string | Uint8Array, path = 'j.ndjson'): Promise<JournalFile> => {
    const stdin = new PassThrough();
    if (path === '-') stdin.end(content);
    else writeFileSync(join(folder, path), content);
    return readJournalFile(path, { cwd: folder, stdin });
  };
  const faultOf = async (content: string | Uint8Array): Promise<string> => {
    const error = await read(content).then(
      () => undefined,
      (thrown: unknown) => thrown as CliError,
    );
    return [error?.message, ...(error?.faults ?? [])].join('\n');
  };

  it('reads header and entries, from a file and from the standard input', async () => {
    for (const path of ['j.ndjson', '-']) {
      const { header, entries } = await read(textOf(HEADER, QUEUED, STARTED), path);
      expect(header).toMatchObject({ runId: 'r_1', graphName: 'demo', lastSeq: 2 });
      expect(header.agents.get('agent.x')?.input.required).toEqual(new Set(['text']));
      expect(entries).toMatchObject([
        { seq: 1, ts: 1_250, type: 'run.queued', data: {} },
        { seq: 2, ts: 1_500, type: 'run.started', data: null },
      ]);
    }
  });

  it('leaves out a last line that is cut off', async () => {
    const whole = textOf(HEADER, QUEUED, STARTED);
    for (const cut of [1, 2, 20]) expect((await read(whole.slice(0, -cut))).entries.length).toBe(cut === 1 ? 2 : 1);
  });

  it('says where a file is no journal, and what it should hold', async () => {
    expect(await faultOf('')).toMatch(
      /^j\.ndjson:1: takes the header of a journal, .*"wand-journal".* the file is empty$/,
    );
    expect(await faultOf('{"nodes": []}\n')).toMatch(/^j\.ndjson:1: takes the header of a journal/);
    expect(await faultOf(JSON.stringify(HEADER).slice(0, 50))).toMatch(/^j\.ndjson:1: takes the header/);
    expect(await faultOf(textOf(QUEUED, STARTED))).toMatch(/^j\.ndjson:1: takes the header/);
    expect(await faultOf(textOf(HEADER, QUEUED, { seq: 2 }, STARTED))).toBe(
      'j.ndjson:3: takes a journal entry, an object with seq, ts and type, and holds {"seq":2}',
    );
    expect(await faultOf(`${textOf(HEADER)}\nnull\n`)).toMatch(/^j\.ndjson:2: takes a journal entry/);
  });

  it('names a version of the format that it does not read', async () => {
    expect(await faultOf(textOf({ ...HEADER, version: 9 }))).toBe(
      'j.ndjson:1: the format has version 9, and this wand reads version 1: use the wand that wrote it, or a later one',
    );
    expect(await faultOf(textOf({ ...HEADER, version: undefined }))).toContain('the format has version none');
  });

  it('lists what is wrong with a header', async () => {
    const wrong = { ...HEADER, run_id: undefined, graph: { ...HEADER.graph, nodes: [{ id: 'a' }] } };
    expect(await faultOf(textOf(wrong))).toBe(
      'j.ndjson:1: the header has faults\n/run_id: is required: takes a string\n/graph/nodes/0/type: is required: takes a string',
    );
  });

  it('says why a file cannot be read', async () => {
    const context = { cwd: folder, stdin: new PassThrough() };
    await expect(readJournalFile('none.ndjson', context)).rejects.toThrow(
      'cannot read none.ndjson: there is no such file',
    );
    expect(await faultOf(Uint8Array.of(0xff, 0x0a))).toBe('cannot read j.ndjson: it is not UTF-8 text');
  });
});

describe('planOfJournal', () => {
  const fileWith = async (header: object, first: object = QUEUED): Promise<JournalFile> => {
    const stdin = new PassThrough();
    stdin.end(textOf({ ...HEADER, ...header }, first));
    return readJournalFile('-', { cwd: '.', stdin });
  };

  it('takes the agents from the header, and those that it lacks as they come', async () => {
    const nodes = [...HEADER.graph.nodes, { id: 'b', type: 'agent.unknown' }];
    const plan = planOfJournal(await fileWith({ graph: { ...HEADER.graph, nodes } }));
    expect(plan.nodes.map(({ contract }) => contract.input)).toMatchObject([
      { open: false, required: new Set(['text']) },
      { open: true, required: new Set() },
    ]);
  });

  it('applies the params of a retry', async () => {
    const params = { a: { k: 2 }, b: null };
    const plan = planOfJournal(await fileWith({}, { ...QUEUED, data: { params } }));
    expect(plan.nodes[0]?.definition.params).toEqual({ k: 2 });
    expect(planOfJournal(await fileWith({}, STARTED)).nodes[0]?.definition.params).toEqual({ k: 1 });
  });

  it('says that a graph means nothing here', async () => {
    const edges = [{ from: 'a', to: 'a', cond: '1 +' }];
    const file = await fileWith({ graph: { ...HEADER.graph, edges } });
    expect(() => planOfJournal(file)).toThrow('the graph in the header cannot be compiled here: ');
  });
});
