import { setTimeout as pause } from 'node:timers/promises';
import { extent } from '../../support/campaign.js';
import { type Arena, type Troublemaker } from '../support/fleet-campaign.js';

const MOST_CALLS = extent({ short: 20, full: 50 });
const MOST_LOSSES = extent({ short: 2, full: 4 });
const LONGEST_OUTAGE_MS = extent({ short: 1_000, full: 3_000 });

/** Empties the queue, or crashes the Redis that holds it: then it is gone for a while, and empty when it is back. */
async function lose({ servers, dice, history }: Arena): Promise<'times emptied' | 'crashes of Redis'> {
  const { redis } = servers;
  const outageMs = dice.between(0, LONGEST_OUTAGE_MS);
  if (redis === undefined || dice.chance(50)) {
    history.note('the queue forgets everything');
    await servers.loseQueue();
    return 'times emptied';
  }
  history.note(`Redis crashes, and is back after ${outageMs} ms`);
  await redis.crash();
  await pause(outageMs);
  await redis.start();
  return 'crashes of Redis';
}

export const lostQueue: Troublemaker = {
  name: 'lost queue',
  shortOn: ['redis'],
  disturb: async (arena) => {
    const counts = { 'times emptied': 0, 'crashes of Redis': 0 };
    for (let left = arena.dice.between(1, MOST_LOSSES); left > 0; left--) {
      if (!(await arena.calls(arena.dice.between(1, MOST_CALLS)))) break;
      counts[await lose(arena)] += 1;
    }
    return { times: counts['times emptied'] + counts['crashes of Redis'], counts };
  },
};
