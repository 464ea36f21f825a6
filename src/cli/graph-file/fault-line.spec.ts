import { faultLineIn } from './fault-line.js';

const file = { path: 'demo.json', text: '{\n  "nodes": []\n}' };

describe('faultLineIn', () => {
  it('names file, line, column, pointer, code and message', () => {
    const fault = { pointer: '/nodes', code: 'too_few', message: 'takes at least 1 node' };
    expect(faultLineIn(file, fault)).toBe('demo.json:2:12 /nodes too_few: takes at least 1 node');
  });

  it('points at the start of the file when the fault has no place', () => {
    expect(faultLineIn(file, { code: 'cycle', message: 'a -> b -> a' })).toBe('demo.json:1:1 cycle: a -> b -> a');
  });
});
