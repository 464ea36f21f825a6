import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dice } from '../../support/dice.js';
import { AgentServer } from './agent-server.js';
import { ChaosProcess, type ProcessOptions } from './chaos-process.js';
import { History } from './history.js';
import { INLINE_BYTES } from './mixed-graphs.js';

/** The long form of every campaign: `npm run test:chaos`. */
const IS_FULL = process.env['CHAOS'] === 'full';
const SEED = process.env['CHAOS_SEED'] ?? String(Math.floor(Math.random() * 1_000_000_000));

/** How much of a campaign is done: `full` in the long form. */
export function extent<Size = number>(sizes: { readonly short: Size; readonly full: Size }): Size {
  return IS_FULL ? sizes.full : sizes.short;
}

/** What a campaign did, in numbers that its summary prints. */
export type Tally = Readonly<Record<string, number>>;

/** Something that a campaign has to end. */
export interface Ending {
  end(): Promise<void>;
}

/** What a campaign works with: a folder, agents to call, and the processes that it starts. */
export class Ground {
  readonly dice: Dice;
  private readonly owned: Ending[] = [];

  private constructor(
    name: string,
    readonly folder: string,
    readonly agents: AgentServer,
  ) {
    this.dice = new Dice(`${SEED} ${name}`);
  }

  static async prepare(name: string): Promise<Ground> {
    return new Ground(name, mkdtempSync(join(tmpdir(), `wand-chaos-${name}-`)), await AgentServer.start());
  }

  /** A history in a file of its own. */
  history(name = 'history'): History {
    return new History(join(this.folder, `${name}.ndjson`));
  }

  /** Starts the built service on `wand.db` in the campaign's folder, or where `options` say. */
  async start(history: History, options: Partial<ProcessOptions> = {}): Promise<ChaosProcess> {
    const env = { EXECUTION__MAX_OUTPUT_BYTES: String(INLINE_BYTES), ...options.env };
    const started = await ChaosProcess.start({ database: this.database, ...options, env }, history);
    this.own(started);
    return started;
  }

  /** Ends it with the campaign, before what it owned earlier. */
  own(ending: Ending): void {
    this.owned.push(ending);
  }

  get database(): string {
    return join(this.folder, 'wand.db');
  }

  /** Ends everything; the folder stays if it is evidence. */
  async leave({ keep }: { readonly keep: boolean }): Promise<void> {
    for (const owned of this.owned.toReversed()) await owned.end();
    await this.agents.stop();
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * A Jest test around one campaign. A failure names the seed that makes the same choices again, and the folder with the
 * histories and the database. The tally is printed in the long form.
 */
export function campaign(title: string, name: string, body: (ground: Ground) => Promise<Tally>): void {
  const run = async (): Promise<void> => {
    const ground = await Ground.prepare(name);
    let isOver = false;
    try {
      const tally = await body(ground);
      isOver = true;
      report(name, tally);
    } catch (error) {
      const where = `CHAOS_SEED=${SEED} makes the same choices again; the evidence is in ${ground.folder}`;
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${where}`, { cause: error });
    } finally {
      await ground.leave({ keep: !isOver });
    }
  };
  it(title, run, extent({ short: 300_000, full: 3_600_000 }));
}

/** @throws {Error} that lists the violations, if there are any. */
export function assertNone(violations: readonly string[]): void {
  if (violations.length === 0) return;
  throw new Error(`${violations.length} violations:\n${violations.slice(0, 50).join('\n')}`);
}

function report(name: string, tally: Tally): void {
  if (!IS_FULL) return;
  const numbers = Object.entries(tally).map(([what, count]) => `${count} ${what}`);
  process.stderr.write(`chaos ${name}: seed ${SEED}, ${numbers.join(', ')}, 0 violations\n`);
}
