import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { JsonObject } from '../../../executor/core/index.js';
import { Agent, type AgentContext, anyObject } from '../../sdk/index.js';

/** Ten years: further off is a mistake. */
const MAX_SECONDS = 315_360_000;
/** Longest wait that one timer can hold. */
const MAX_TIMER_MS = 2_147_483_647;

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
      .meta({ description: 'RFC 3339 time; one that has passed is no wait.' }),
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
    signal,
  }: AgentContext<z.output<typeof params>, JsonObject>): Promise<JsonObject> {
    const dueAt = until === undefined ? firstStartedAt + (seconds ?? 0) * 1_000 : Date.parse(until);
    for (let leftMs = dueAt - now(); leftMs > 0; leftMs = dueAt - now()) await wait(leftMs, signal);
    return input;
  }
}

/** Waits `ms`, or as long as one timer can. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(Math.min(Math.ceil(ms), MAX_TIMER_MS), undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
