import { type JournalHeader, journalHeaderSchema, toHeaderRecord, toJournalHeader } from './journal-header.js';

const HEADER: JournalHeader = {
  runId: 'r_1',
  graphId: 'g_1',
  graphVersion: 2,
  graphName: 'demo',
  graph: { name: 'demo', nodes: [{ id: 'a', type: 'agent.echo', params: { x: 1 } }], edges: [] },
  agents: new Map([
    [
      'agent.echo',
      {
        params: { open: true, known: new Set(['x']), required: new Set(), defaulted: new Set(['y']) },
        input: { open: false, known: new Set(), required: new Set(['z']), defaulted: new Set() },
        timeoutSec: null,
      },
    ],
  ]),
  lastSeq: 7,
};

describe('the header of a journal file', () => {
  const throughText = (header: JournalHeader): unknown => JSON.parse(JSON.stringify(toHeaderRecord(header)));

  it('comes back from its line as it was', () => {
    expect(toJournalHeader(journalHeaderSchema.parse(throughText(HEADER)))).toEqual(HEADER);
  });

  it('may leave the bound of an agent out', () => {
    const echo = HEADER.agents.get('agent.echo');
    const agents = new Map([['agent.echo', { params: echo!.params, input: echo!.input }]]);
    const record = throughText({ ...HEADER, agents });
    expect(record).not.toHaveProperty('agents.agent.echo.timeout_sec');
    expect(toJournalHeader(journalHeaderSchema.parse(record)).agents.get('agent.echo')?.timeoutSec).toBeUndefined();
  });

  it('passes over what a later writer adds', () => {
    const record = { ...(throughText(HEADER) as object), exported_by: 'wand 9' };
    expect(toJournalHeader(journalHeaderSchema.parse(record))).toEqual(HEADER);
  });

  it('is refused when it is of another format or version, or its graph is none', () => {
    for (const wrong of [{ format: 'x' }, { version: 2 }, { graph: { name: 'demo' } }]) {
      const record = { ...(throughText(HEADER) as object), ...wrong };
      expect(journalHeaderSchema.safeParse(record).success).toBe(false);
    }
  });
});
