import type { BuiltService } from '../../../support/built-service.js';
import type { Dice } from '../../../support/dice.js';
import type { ChaosTarget } from '../../support/chaos-client.js';
import type { ChaosProcess } from '../../support/chaos-process.js';

/** Processes on one database and one queue. A request goes to any of those that are there. */
export class ChaosFleet implements ChaosTarget {
  constructor(
    readonly members: readonly ChaosProcess[],
    private readonly dice: Dice,
  ) {}

  /** @throws {Error} with the end of its log if a process died by itself. */
  async up(): Promise<BuiltService> {
    for (const member of this.members) if (member.deaths > 0) await member.up();
    const [first, ...others] = this.members.filter(({ service }) => service !== undefined);
    if (first !== undefined) return this.dice.pick([first, ...others]).up();
    return Promise.race(this.members.map((member) => member.up()));
  }
}
