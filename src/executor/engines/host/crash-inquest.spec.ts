import { Logger } from '@nestjs/common';
import { LiveRun } from '../../../../test/support/live-run.js';
import { graph } from '../../../../test/support/graph-builder.js';
import type { AllRunsRepository } from '../../../storage/index.js';
import { type RunId, CorruptJournalError, runId } from '../../core/index.js';
import type { RunReader } from '../../run-reader.js';
import { CrashInquest } from './crash-inquest.js';

const [damaged, whole] = [runId('r_1'), runId('r_2')];

const inquestOf = (load: (id: RunId) => Promise<unknown>): CrashInquest => {
  const runs: Pick<AllRunsRepository, 'crashedOften'> = { crashedOften: () => Promise.resolve([damaged, whole]) };
  return new CrashInquest(runs as AllRunsRepository, { load } as unknown as RunReader);
};

describe('CrashInquest', () => {
  beforeAll(() => Logger.overrideLogger(false));
  afterAll(() => Logger.overrideLogger(['log', 'error', 'warn', 'fatal']));

  it('leaves a damaged run out: it must not keep the others from going on', async () => {
    const crashed = LiveRun.started(graph(['a'])).crash();
    crashed.tick();
    const suspect = crashed.crash();
    suspect.tick();
    const inquest = inquestOf(async (id) => {
      if (id === damaged) throw new CorruptJournalError('damaged');
      return suspect;
    });
    await inquest.hold();
    expect(inquest.verdict(whole)).toEqual({ kind: 'suspects', nodeIds: new Set(['a']) });
    expect(inquest.verdict(damaged)).toEqual({ kind: 'suspects', nodeIds: new Set() });
  });

  it('fails when the database cannot be read', async () => {
    const inquest = inquestOf(() => Promise.reject(new Error('no disk')));
    await expect(inquest.hold()).rejects.toThrow('no disk');
  });
});
