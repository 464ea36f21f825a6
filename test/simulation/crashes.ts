import type { JournalTape } from '../support/journal-tape.js';
import type { CrashDraw } from './random-scenario.js';
import { type Scenario, Simulation } from './simulation.js';

/** Lives through a run that crashes as drawn, each time somewhere in what it wrote since the crash before. */
export function completeWithCrashes(scenario: Scenario, crashes: CrashDraw): Simulation {
  let simulation = Simulation.complete(scenario);
  let kept = 1;
  for (const { share, downtimeMs } of crashes) {
    kept = cutBetween(kept, simulation.tape, share);
    simulation = Simulation.recover(scenario, simulation.tape, { keep: kept, downtimeMs });
  }
  return simulation;
}

function cutBetween(kept: number, { length }: JournalTape, share: number): number {
  return Math.min(length - 1, kept + Math.floor((share / 100) * (length - kept)));
}
