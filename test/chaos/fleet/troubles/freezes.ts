import { setTimeout as pause } from 'node:timers/promises';
import { extent } from '../../support/campaign.js';
import { type Arena, LOCK_MS, type Troublemaker } from '../support/fleet-campaign.js';

const MOST_CALLS = extent({ short: 20, full: 60 });
const MOST_PAUSES = extent({ short: 1, full: 3 });
const LATE_REQUESTS = 5;
/** Until what a process began before it was stopped has reached the agents after it woke up. */
const AWAKE_MS = 2_000;

/** Calls of agents that a process which woke up may have made: what had been journaled as started before it was stopped. */
interface Awakening {
  readonly from: number;
  /** Wall time in ms. */
  readonly until: number;
}

/** Stops a process for longer than its locks last, while requests wait in its socket, and lets it go on. */
async function freezeOnce({ fleet, agents, dice, history }: Arena): Promise<Awakening> {
  const member = fleet.members[dice.between(0, fleet.members.length - 1)];
  const service = await member?.freeze();
  const late = Array.from({ length: LATE_REQUESTS }, async (_, index) => {
    const status = await service?.request('/runs?limit=1').then(
      (answer) => answer.status,
      () => 0,
    );
    history.note(`late request ${index} was answered ${status}`);
    return status;
  });
  await pause(LOCK_MS + dice.between(500, 3_000));
  const from = agents.calls.length + 1;
  member?.thaw();
  const until = Date.now() + AWAKE_MS;
  const statuses = await Promise.all(late);
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  return { from, until };
}

export const freezes: Troublemaker = {
  name: 'freezes',
  shortOn: ['redis'],
  disturb: async (arena) => {
    const awakenings: Awakening[] = [];
    for (let left = arena.dice.between(1, MOST_PAUSES); left > 0; left--) {
      if (!(await arena.calls(arena.dice.between(1, MOST_CALLS)))) break;
      awakenings.push(await freezeOnce(arena));
    }
    return {
      times: awakenings.length,
      judge: (violations, { calls }) => {
        const isOfAwoken = (violation: string): boolean => {
          const ordinal = Number(/call (\d+) came after its success was stored/.exec(violation)?.[1]);
          const at = calls[ordinal - 1]?.at ?? Infinity;
          return awakenings.some(({ from, until }) => ordinal >= from && at <= until);
        };
        return violations.filter((violation) => !isOfAwoken(violation));
      },
    };
  },
};
