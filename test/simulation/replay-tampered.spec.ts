import fc from 'fast-check';
import { type GraphPlan, type JournalEntry, type JsonObject, replay } from '../../src/executor/core/index.js';
import { buildScenario, scenarioDraw } from './random-scenario.js';
import { Simulation } from './simulation.js';

const CONSEQUENCES: readonly string[] = ['node.skipped', 'run.succeeded', 'run.failed'];

/** Whether replaying such a journal shows anything. */
function isFound(plan: GraphPlan, entries: readonly JournalEntry[]): boolean {
  const renumbered = entries.map((entry, index) => ({ ...entry, seq: index + 1 }));
  const { differences, fault } = replay(plan, renumbered);
  return fault !== null || differences.length > 0;
}

/** The whole journal of a run in which nothing but its graph and its agents decides. */
function journalOf(draw: Parameters<typeof buildScenario>[0]): { plan: GraphPlan; entries: JournalEntry[] } {
  const scenario = buildScenario(draw, { timed: false });
  return { plan: scenario.plan, entries: Simulation.complete(scenario).tape.entries() };
}

/** One of the places that fit; undefined when none does. */
function pick(entries: readonly JournalEntry[], choice: number, fits: (at: number) => boolean): number | undefined {
  const places = entries.flatMap((_, at) => (fits(at) ? [at] : []));
  return places[choice % places.length];
}

describe('a journal that somebody has tampered with', () => {
  const law = (tamper: (entries: readonly JournalEntry[], choice: number) => JournalEntry[] | undefined): void =>
    fc.assert(
      fc.property(scenarioDraw, fc.nat(), (draw, choice) => {
        const { plan, entries } = journalOf(draw);
        const tampered = tamper(entries, choice);
        fc.pre(tampered !== undefined);
        expect(isFound(plan, tampered)).toBe(true);
      }),
      { numRuns: 700 },
    );

  it('shows that an entry is gone, and which seq, when it was not numbered again', () => {
    fc.assert(
      fc.property(scenarioDraw, fc.nat(), (draw, choice) => {
        const { plan, entries } = journalOf(draw);
        const gone = choice % (entries.length - 1);
        expect(replay(plan, entries.toSpliced(gone, 1)).fault?.seq).toBe(gone + 1);
      }),
      { numRuns: 300 },
    );
  });

  it('shows that an entry is gone, whichever it was, also when it was numbered again', () => {
    law((entries, choice) => entries.toSpliced(choice % (entries.length - 1), 1));
  });

  it('shows that a reason was changed', () => {
    law((entries, choice) => {
      const at = pick(entries, choice, (place) => entries[place]?.type === 'node.skipped');
      if (at === undefined) return undefined;
      const entry = entries[at] as JournalEntry;
      const reason = entry.data?.['skip_reason'] === 'cond_false' ? 'cond_error' : 'cond_false';
      return entries.with(at, { ...entry, data: { ...entry.data, skip_reason: reason } });
    });
  });

  it('shows that a consequence stands before what it follows from', () => {
    law((entries, choice) => {
      const at = pick(entries, choice, (place) => {
        const { type, ts } = entries[place] as JournalEntry;
        const next = entries[place + 1];
        if (type !== 'node.succeeded' || next === undefined || next.ts !== ts) return false;
        return CONSEQUENCES.includes(next.type) || (next.type === 'node.started' && next.attempt === 1);
      });
      if (at === undefined) return undefined;
      const [first, second] = entries.slice(at, at + 2) as [JournalEntry, JournalEntry];
      return entries.toSpliced(at, 2, second, first);
    });
  });

  it('shows that the run did not end like that', () => {
    law((entries) => {
      const last = entries.at(-1) as JournalEntry;
      const data: JsonObject = { error: { type: 'Broken', message: 'it broke', retryable: false, attempts: 1 } };
      const other: Partial<JournalEntry> =
        last.type === 'run.succeeded'
          ? { type: 'run.failed', progress: null, data }
          : { type: 'run.succeeded', progress: 100, data: null };
      return entries.with(-1, { ...last, ...other });
    });
  });

  it('shows that a wait was longer than jitter and servers make it', () => {
    law((entries, choice) => {
      const at = pick(entries, choice, (place) => entries[place]?.type === 'node.retrying');
      if (at === undefined) return undefined;
      const entry = entries[at] as JournalEntry;
      const wait = 1_000_000;
      return entries.with(at, { ...entry, data: { ...entry.data, wait_ms: wait, due_at: entry.ts + wait } });
    });
  });
});
