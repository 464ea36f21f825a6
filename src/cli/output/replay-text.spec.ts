import { type JournalEntry, type Replay, epochMs } from '../../executor/core/index.js';
import type { JournalFile } from '../journal-file/read-journal-file.js';
import { replayText } from './replay-text.js';

const entry = (over: Partial<JournalEntry> = {}): JournalEntry => ({
  seq: 4,
  ts: epochMs(0),
  type: 'node.skipped',
  lvl: 'info',
  msg: 'node skipped',
  nodeId: 'b',
  attempt: 0,
  progress: 50,
  data: { skip_reason: 'cond_false', skip_causes: [] },
  ...over,
});
const fileOf = (entries: number, lastSeq = entries): JournalFile => ({
  header: {
    runId: 'r_1',
    graphId: 'g_1',
    graphVersion: 1,
    graphName: 'demo',
    graph: { name: 'demo', nodes: [{ id: 'b', type: 'agent.echo' }], edges: [] },
    agents: new Map(),
    lastSeq,
  },
  entries: Array.from({ length: entries }, () => entry()),
});
const same: Replay = { status: 'SUCCESS', replayed: 5, differences: [], isGivenUp: false, fault: null };

describe('replayText', () => {
  it('says that nothing differs, and how far the run had come', () => {
    expect(replayText(fileOf(5), same)).toBe(
      'r_1 of demo: 5 entries, ended SUCCESS\nno difference: it would be decided the same here\n',
    );
    expect(replayText(fileOf(1), { ...same, status: 'RUNNING' })).toContain('1 entry, RUNNING so far\n');
    expect(replayText(fileOf(2, 5), { ...same, status: 'RUNNING' })).toContain(
      '2 entries, RUNNING so far, 3 more are not in the file\n',
    );
  });

  it('says for each difference what the journal has, and what is decided here', () => {
    const differences = [
      { seq: 4, journaled: entry(), decided: entry({ data: { skip_reason: 'cond_error', skip_causes: [] } }) },
      { seq: 5, journaled: entry(), decided: entry({ type: 'node.started', data: null }) },
      { seq: 6, journaled: entry({ type: 'run.failed', nodeId: null }), decided: null },
      { seq: 7, journaled: entry({ data: null }), decided: entry({ data: { x: '\u001b[2J' } }) },
    ];
    expect(
      replayText(fileOf(9), { ...same, differences, isGivenUp: true, replayed: 7 })
        .split('\n')
        .slice(1),
    ).toEqual([
      'seq 4 node.skipped b: here it would say otherwise',
      '  skip_reason is cond_false, here cond_error',
      'seq 5 node.skipped b: here it would be node.started b',
      'seq 6 run.failed: nothing leads to it here',
      'seq 7 node.skipped b: here it would say otherwise',
      '  x is missing, here \\u001b[2J',
      'given up after seq 7: too many decisions come out differently',
      '4 differences in what is decided',
      '',
    ]);
  });

  it('says from where on it is no journal', () => {
    const fault = { seq: 3, message: 'node.started at seq 3 cannot follow SUCCESS' };
    expect(replayText(fileOf(5), { ...same, fault, replayed: 2 })).toContain(
      'seq 3 cannot be: node.started at seq 3 cannot follow SUCCESS\n0 differences up to seq 2, and no journal from there on\n',
    );
  });
});
