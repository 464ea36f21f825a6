import { anEntry } from '../../../../test/contract/storage-under-test.js';
import { type JournalEntry, runId } from '../../core/index.js';
import { priorityOf } from './priority-of.js';

describe('the priority of a run', () => {
  const of = (...entries: JournalEntry[]) => priorityOf({ read: () => Promise.resolve(entries) }, runId('r_1'));
  const queued = (settings: JournalEntry['data']): JournalEntry =>
    anEntry(1, { type: 'run.queued', data: { graph_id: 'g_1', graph_version: 1, input: {}, settings } });

  it('is what its first entry says', async () => {
    expect(await of(queued({ priority: 7 }))).toBe(7);
    expect(await of(queued({}))).toBeUndefined();
    expect(await of()).toBeUndefined();
  });

  it('is none where that entry is damaged, or written by a newer version', async () => {
    expect(await of(anEntry(1, { type: 'run.queued', data: null }))).toBeUndefined();
    expect(await of(anEntry(1, { type: 'run.proposed' as JournalEntry['type'] }))).toBeUndefined();
  });
});
