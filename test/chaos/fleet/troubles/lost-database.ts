import { setTimeout as pause } from 'node:timers/promises';
import { extent } from '../../support/campaign.js';
import { type Arena, type Troublemaker } from '../support/fleet-campaign.js';

const MOST_CALLS = extent({ short: 20, full: 50 });
const TROUBLES = extent({ short: 2, full: 4 });
const MOST_TERMINATIONS = extent({ short: 5, full: 15 });
const LONGEST_OUTAGE_MS = extent({ short: 1_000, full: 4_000 });

/** Ends every connection again and again, or crashes the server. */
async function trouble(arena: Arena, isCrash: boolean): Promise<{ terminated: number; crashes: number }> {
  const { servers, dice, history } = arena;
  const { postgres } = servers;
  const outageMs = dice.between(0, LONGEST_OUTAGE_MS);
  if (isCrash) {
    history.note(`PostgreSQL crashes, and is started again after ${outageMs} ms`);
    await postgres.crash();
    await pause(outageMs);
    await postgres.start();
    return { terminated: 0, crashes: 1 };
  }
  let terminated = 0;
  history.note('connections to PostgreSQL are ended');
  for (let left = dice.between(1, MOST_TERMINATIONS); left > 0; left--) {
    terminated += await servers.terminateBackends();
    await pause(dice.between(20, 300));
  }
  return { terminated, crashes: 0 };
}

export const lostDatabase: Troublemaker = {
  name: 'lost database',
  shortOn: ['postgres'],
  disturb: async (arena) => {
    const counts = { terminated: 0, crashes: 0 };
    let index = 0;
    for (; index < TROUBLES; index++) {
      if (!(await arena.calls(arena.dice.between(1, MOST_CALLS)))) break;
      const { terminated, crashes } = await trouble(arena, index % 2 === 0);
      counts.terminated += terminated;
      counts.crashes += crashes;
    }
    return {
      times: index,
      counts: { 'connections ended': counts.terminated, 'crashes of PostgreSQL': counts.crashes },
    };
  },
};
