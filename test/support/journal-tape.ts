import {
  type GraphPlan,
  type JournalEntry,
  type RunEvent,
  type RunState,
  decodeEntry,
  encodeEvents,
  initialState,
  reduce,
} from '../../src/executor/core/index.js';

/** A journal in memory that keeps rows as text, so that whatever JSON cannot carry is lost here as in a database. */
export class JournalTape {
  private readonly rows: string[];

  constructor(
    private readonly nodes: number,
    rows: readonly string[] = [],
    private ended = countEnded(rows),
  ) {
    this.rows = [...rows];
  }

  get length(): number {
    return this.rows.length;
  }

  append(events: readonly RunEvent[]): void {
    const entries = encodeEvents(events, { seq: this.rows.length, ended: this.ended, nodes: this.nodes });
    for (const entry of entries) {
      this.rows.push(JSON.stringify(entry));
      if (endsNode(entry)) this.ended += 1;
    }
  }

  entries(): JournalEntry[] {
    return this.rows.map((row) => JSON.parse(row) as JournalEntry);
  }

  events(): RunEvent[] {
    return this.entries().map(decodeEntry);
  }

  /** What a crash leaves when it strikes after the first `length` rows. */
  cut(length: number): JournalTape {
    return new JournalTape(this.nodes, this.rows.slice(0, length));
  }

  fold(plan: GraphPlan): RunState {
    const state = initialState(plan);
    for (const event of this.events()) reduce(plan, state, event);
    return state;
  }

  toString(): string {
    return this.rows.join('\n');
  }
}

const NODE_ENDS: readonly string[] = ['node.reused', 'node.succeeded', 'node.failed', 'node.skipped', 'node.cancelled'];

const endsNode = (entry: JournalEntry): boolean => NODE_ENDS.includes(entry.type);

const countEnded = (rows: readonly string[]): number =>
  rows.filter((row) => endsNode(JSON.parse(row) as JournalEntry)).length;
