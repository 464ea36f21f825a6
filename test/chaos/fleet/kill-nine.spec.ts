import { setTimeout as pause } from 'node:timers/promises';
import { longestTakeoverMs, queueTimings } from '../../../src/executor/engines/bullmq/queue/queue-timings.js';
import { extent } from '../support/campaign.js';
import { type Arena, fleetCampaign } from './support/fleet-campaign.js';
import { type Death, quantile, takeoversAfter } from './support/takeovers.js';

/** The locks of this campaign: in the long form as they come, which is what is measured. */
const LOCK_SEC = extent({ short: 2, full: 6 });
const STALLED_CHECK_SEC = extent({ short: 0.5, full: 2 });
const LOCKED_MS = longestTakeoverMs(queueTimings(LOCK_SEC, STALLED_CHECK_SEC));
/** What a takeover may take beyond its locks, to read a run and to commit: a machine that runs all tests at once is slow. */
const SLACK_MS = extent({ short: 10_000, full: 2_000 });
const MOST_KILLS = extent({ short: 2, full: 4 });
const MOST_CALLS = extent({ short: 20, full: 60 });

const waits: number[] = [];

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

fleetCampaign({
  title: 'kill -9 of any process of a fleet at any time',
  name: 'kill-nine',
  shortOn: ['redis', 'postgres'],
  rounds: extent({ short: 1, full: 5 }),
  runs: extent({ short: 12, full: 60 }),
  env: { QUEUE__LOCK_SEC: String(LOCK_SEC), QUEUE__STALLED_CHECK_SEC: String(STALLED_CHECK_SEC) },
  disturb: async (arena) => {
    const deaths = await killSome(arena);
    return {
      counts: { kills: deaths.length },
      judge: (violations, evidence) => {
        const takeovers = takeoversAfter(deaths, evidence);
        waits.push(...takeovers.map(({ ms }) => ms));
        const late = takeovers.filter(({ ms }) => ms > LOCKED_MS + SLACK_MS);
        return [...violations, ...late.map(({ runId, ms }) => `run ${runId}: nobody took it for ${Math.round(ms)} ms`)];
      },
    };
  },
  sum: (counts) => {
    expect(counts['kills']).toBeGreaterThan(0);
    const measured = waits.splice(0);
    const ms = (share: number): number => Math.round(quantile(measured, share));
    return { ...counts, takeovers: measured.length, 'ms takeover p50': ms(0.5), 'ms takeover max': ms(1) };
  },
});
