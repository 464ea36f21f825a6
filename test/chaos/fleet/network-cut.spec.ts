import { setTimeout as pause } from 'node:timers/promises';
import { extent } from '../support/campaign.js';
import { type Arena, SHORT_LOCKS, fleetCampaign } from './support/fleet-campaign.js';

const LOCK_MS = Number(SHORT_LOCKS.QUEUE__LOCK_SEC) * 1_000;
const MOST_CALLS = extent({ short: 20, full: 50 });
const CUTS = extent({ short: 1, full: 3 });
/** Until a process takes a server that says nothing for one that is away. */
const SILENCE_SEC = 3;

/**
 * Separates one process from its database, its queue or both for longer than its locks last, and joins them again. What is
 * sent meanwhile is refused, or disappears without a word and arrives late, as where packets are dropped.
 */
async function cut({ servers, dice, history }: Arena): Promise<void> {
  const member = dice.between(0, servers.ways.length - 1);
  const from = dice.pick(['both', 'both', 'database', 'queue']);
  const how = dice.pick(['stall', 'stall', 'cut']);
  const way = servers.ways[member];
  const gates = [from === 'queue' ? undefined : way?.database, from === 'database' ? undefined : way?.queue];
  history.note(`process ${member}: ${how} of ${from}`);
  for (const gate of gates) gate?.[how]();
  await pause(LOCK_MS + dice.between(500, 4_000));
  for (const gate of gates) gate?.mend();
  history.note(`process ${member} is joined again`);
}

fleetCampaign({
  title: 'a process of a fleet that the network cuts off',
  name: 'network-cut',
  shortOn: ['redis'],
  rounds: extent({ short: 1, full: 4 }),
  runs: extent({ short: 12, full: 60 }),
  env: { DATABASE__CONNECTION_TIMEOUT: String(SILENCE_SEC) },
  isGated: true,
  disturb: async (arena) => {
    let cuts = 0;
    for (; cuts < CUTS; cuts++) {
      if (!(await arena.calls(arena.dice.between(1, MOST_CALLS)))) break;
      await cut(arena);
    }
    return { counts: { cuts } };
  },
  sum: (counts) => {
    expect(counts['cuts']).toBeGreaterThan(0);
    return counts;
  },
});
