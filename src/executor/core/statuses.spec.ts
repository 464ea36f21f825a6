import { NODE_STATUSES, RUN_STATUSES, isTerminalNode, isTerminalRun } from './statuses.js';

describe('terminal statuses', () => {
  it('are, of a run, those with which it ends', () => {
    expect(RUN_STATUSES.filter(isTerminalRun)).toEqual(['SUCCESS', 'FAILED', 'CANCELLED']);
  });

  it('are, of a node, those with which it ends', () => {
    expect(NODE_STATUSES.filter(isTerminalNode)).toEqual(['SUCCESS', 'FAILED', 'SKIPPED', 'CANCELLED']);
  });
});
