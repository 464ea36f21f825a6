import { extent } from '../../support/campaign.js';
import { type Troublemaker } from '../support/fleet-campaign.js';

/** What a flush of journals says to PostgreSQL, and what ends every other transaction. */
const COMMITS = ['wand_flush', 'COMMIT'] as const;
const MOST_CALLS = extent({ short: 10, full: 20 });
const LOSSES = extent({ short: 4, full: 16 });

export const lostAnswers: Troublemaker = {
  name: 'lost answers',
  shortOn: ['postgres'],
  disturb: async ({ servers, dice, history, calls }) => {
    const counts = { 'lost requests': 0, 'lost answers': 0 };
    for (let left = LOSSES; left > 0; left--) {
      const { database } = servers.gates[dice.between(0, servers.gates.length - 1)] ?? {};
      const text = dice.pick(COMMITS);
      const lose = dice.chance(70) ? 'answer' : 'request';
      if (!(await calls(dice.between(1, MOST_CALLS)))) break;
      if (database?.hasBroken !== true) continue;
      history.note(`the next ${lose} of ${text} is lost`);
      database.breakAt(text, lose);
      counts[`lost ${lose}s`] += 1;
    }
    // One that nobody asked for any more must not hit the next round.
    for (const { database } of servers.gates) database.mend();
    return { times: counts['lost requests'] + counts['lost answers'], counts };
  },
};
