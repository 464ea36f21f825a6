import { setTimeout as pause } from 'node:timers/promises';
import { extent } from '../../support/campaign.js';
import { type Arena, LOCK_MS, type Troublemaker } from '../support/fleet-campaign.js';

const MOST_CALLS = extent({ short: 20, full: 50 });
const CUTS = extent({ short: 1, full: 3 });

/**
 * Separates one process from its database, its queue or both for longer than its locks last, and joins them again. What is
 * sent meanwhile is refused, or disappears without a word and arrives late, as where packets are dropped.
 */
async function cut({ servers, dice, history }: Arena): Promise<void> {
  const member = dice.between(0, servers.gates.length - 1);
  const from = dice.pick(['both', 'both', 'database', 'queue']);
  const how = dice.pick<'stall' | 'cut'>(['stall', 'stall', 'cut']);
  const way = servers.gates[member];
  const gates = [from === 'queue' ? undefined : way?.database, from === 'database' ? undefined : way?.queue];
  history.note(`process ${member}: ${how} of ${from}`);
  for (const gate of gates) gate?.[how]();
  await pause(LOCK_MS + dice.between(500, 4_000));
  for (const gate of gates) gate?.mend();
  history.note(`process ${member} is joined again`);
}

export const networkCuts: Troublemaker = {
  name: 'network cuts',
  shortOn: ['redis'],
  disturb: async (arena) => {
    let cuts = 0;
    for (; cuts < CUTS; cuts++) {
      if (!(await arena.calls(arena.dice.between(1, MOST_CALLS)))) break;
      await cut(arena);
    }
    return { times: cuts };
  },
};
