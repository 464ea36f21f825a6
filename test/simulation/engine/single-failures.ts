import type { DiskTurn } from './simulated-disk.js';
import type { Mishap, Schedule, SimulatedWorld } from './simulated-world.js';

const MISHAPS = ['crash', 'stop', 'stall'] as const satisfies readonly Mishap['kind'][];
const WRITE_FATES = ['fails', 'lies', 'crash_before', 'crash_after'] as const satisfies readonly DiskTurn['fate'][];

/** What a disk does for as long as nothing is wrong with it. */
const WORKS: DiskTurn = { fate: 'works', delayMs: 1 };
const MOMENTS = { downtimeMs: 20, patienceMs: 50, clockJumpMs: 0 };

export interface SingleFailure {
  /** Which thing goes wrong, and when. */
  readonly what: string;
  readonly schedule: Schedule;
}

/** The schedule once for each step of the world, each commit and each read, with that one going wrong. */
export function* withOneFailure(calm: Schedule, { steps, diskTurns }: SimulatedWorld): Generator<SingleFailure> {
  for (const kind of MISHAPS) {
    for (let afterSteps = 0; afterSteps < steps; afterSteps++) {
      const schedule = { ...calm, mishaps: [{ kind, afterSteps, ...MOMENTS }] };
      yield { what: `${kind} after ${afterSteps} steps`, schedule };
    }
  }
  for (const fate of WRITE_FATES) {
    for (let index = 0; index < diskTurns.writes; index++) {
      yield { what: `commit ${index} ${fate}`, schedule: { ...calm, writes: turnsWith(index, fate) } };
    }
  }
  for (let index = 0; index < diskTurns.reads; index++) {
    yield { what: `read ${index} fails`, schedule: { ...calm, reads: turnsWith(index, 'fails') } };
  }
}

function turnsWith(index: number, fate: DiskTurn['fate']): DiskTurn[] {
  return [...Array.from({ length: index }, () => WORKS), { fate, delayMs: 1 }];
}
