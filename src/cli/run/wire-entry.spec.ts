import { parseWireEntry } from './wire-entry.js';

describe('parseWireEntry', () => {
  it('reads an entry as the stream sends it', () => {
    const wire = {
      seq: 3,
      ts: 1_700_000_000.25,
      lvl: 'warn',
      type: 'node.retrying',
      msg: 'm',
      node_id: 'a',
      attempt: 1,
      data: { x: 1 },
      run_id: 'r',
    };
    expect(parseWireEntry(JSON.stringify(wire))).toEqual({
      seq: 3,
      ts: 1_700_000_000_250,
      lvl: 'warn',
      type: 'node.retrying',
      msg: 'm',
      nodeId: 'a',
      attempt: 1,
      progress: null,
      data: { x: 1 },
    });
  });

  it('shows a type that it does not know', () => {
    expect(parseWireEntry('{"seq":1,"ts":1,"type":"node.reused"}')).toMatchObject({
      type: 'node.reused',
      msg: 'node.reused',
    });
  });

  it.each(['', '[]', 'null', '{"seq":"1"}'])('refuses %s', (text) => {
    expect(() => parseWireEntry(text)).toThrow('no journal entry');
  });
});
