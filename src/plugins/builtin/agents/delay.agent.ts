import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { JsonObject } from '../../../executor/core/index.js';
import { Agent, type AgentContext, anyObject } from '../../sdk/index.js';

/** Ten years: further off is a mistake. */
const MAX_SECONDS = 315_360_000;
/** Longest wait that one timer can hold. */
const MAX_TIMER_MS = 2_147_483_647;
/** How often the wall clock is looked at by those who wait for a time of it, in milliseconds. */
const LOOK_EVERY_MS = 30_000;

const params = z
  .strictObject({
    seconds: z
      .number()
      .min(0)
      .max(MAX_SECONDS)
      .optional()
      .meta({ description: 'Counted from the start of the first attempt, so a restart waits only what is left.' }),
    until: z.iso
      .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2030-01-31T12:00:00Z' })
      .optional()
      .meta({
        description:
          'RFC 3339 time of the wall clock, should that be set meanwhile too; one that has passed is no wait.',
      }),
  })
  .refine(({ seconds, until }) => (seconds === undefined) !== (until === undefined), {
    error: 'give exactly one of seconds and until',
  });

/** Waits. */
@Agent({
  type: 'agent.delay',
  description: 'Waits for some seconds or until a time, across restarts, and answers its input.',
  params,
  input: anyObject,
  output: anyObject,
  // To wait is its work; the run's own time-out still bounds it.
  timeoutSec: null,
})
export class DelayAgent {
  async run({
    params: { seconds, until },
    input,
    firstStartedAt,
    now,
    suspend,
    signal,
  }: AgentContext<z.output<typeof params>, JsonObject>): Promise<JsonObject> {
    if (until === undefined) {
      const dueAt = firstStartedAt + (seconds ?? 0) * 1_000;
      suspend(dueAt);
      await waitUntil(() => dueAt - now(), MAX_TIMER_MS, signal);
    } else {
      const leftMs = (): number => Date.parse(until) - Date.now();
      suspend(now() + leftMs());
      await waitUntil(leftMs, LOOK_EVERY_MS, signal);
    }
    return input;
  }
}

/** Waits as long as `leftMs` says, asking again at least every `longestMs`. */
export async function waitUntil(leftMs: () => number, longestMs: number, signal: AbortSignal): Promise<void> {
  for (let ms = leftMs(); ms > 0; ms = leftMs()) await wait(Math.min(Math.ceil(ms), longestMs), signal);
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
