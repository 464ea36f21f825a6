import { setTimeout as pause } from 'node:timers/promises';
import { extent } from '../../support/campaign.js';
import { type Arena, type Troublemaker } from '../support/fleet-campaign.js';
import type { Death } from '../support/takeovers.js';

const MOST_KILLS = extent({ short: 2, full: 4 });
const MOST_CALLS = extent({ short: 20, full: 60 });

/** Kills a process at a call of an agent or a moment after it; half of the time while another one is not back yet. */
async function killSome({ fleet, servers, dice, calls }: Arena) {
  const deaths: Death[] = [];
  const comingBack: Promise<void>[] = [];
  for (let left = dice.between(1, MOST_KILLS); left > 0; left--) {
    const member = dice.pick([0, 1, 2]);
    const ms = dice.chance(50) ? 0 : dice.between(1, 25);
    const isLonely = dice.chance(50);
    if (!(await calls(dice.between(1, MOST_CALLS)))) break;
    await pause(ms);
    const victim = fleet.members[member];
    const service = await victim?.up();
    if (victim === undefined || service === undefined) continue;
    const back = victim.crash();
    const at = Date.now();
    back.catch(() => undefined);
    comingBack.push(back);
    deaths.push({ at, held: await servers.heldBy(service.pid) });
    if (isLonely) await back;
  }
  await Promise.all(comingBack);
  return deaths;
}

export const kills: Troublemaker = {
  name: 'kills',
  shortOn: ['redis', 'postgres'],
  runs: extent({ short: 30, full: 300 }),
  disturb: async (arena) => {
    const deaths = await killSome(arena);
    return { times: deaths.length, deaths };
  },
};
