import { runId } from '../../core/index.js';
import type { AllRunsRepository } from '../../../storage/index.js';
import { StrangeJobs } from './strange-jobs.js';

type Find = AllRunsRepository['findInAnyNamespace'];

function strangeJobs(findInAnyNamespace: Find) {
  const told: string[] = [];
  let now = 0;
  const jobs = new StrangeJobs({ findInAnyNamespace }, { warn: (message: string) => told.push(message) }, () => now);
  return { jobs, told, pass: (ms: number) => void (now += ms) };
}

const ID = runId('r_01m8cp6ebbhtw2cz86v4rfg6mr');

describe('Jobs that are not of this service', () => {
  it('are told of, once a minute with how many there were', async () => {
    const { jobs, told, pass } = strangeJobs(() => Promise.resolve(undefined));
    await jobs.look(ID);
    jobs.foreign();
    await jobs.look(ID);
    expect(told).toEqual([expect.stringMatching(/held 1 jobs .* QUEUE__PREFIX of its own/)]);
    pass(60_000);
    jobs.foreign();
    expect(told[1]).toContain('held 3 jobs');
  });

  it('are not those of runs that are there, or of which nobody knows as the database is away', async () => {
    const stored = { runId: ID } as Awaited<ReturnType<Find>>;
    const here = strangeJobs(() => Promise.resolve(stored));
    const away = strangeJobs(() => Promise.reject(new Error('away')));
    await here.jobs.look(ID);
    await away.jobs.look(ID);
    expect([...here.told, ...away.told]).toEqual([]);
  });
});
