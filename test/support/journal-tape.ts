import {
  type GraphPlan,
  type Json,
  type JournalEntry,
  type RunEvent,
  type RunState,
  decodeEntry,
  encodeEvents,
  initialState,
  missingOutput,
  reduce,
  withOutput,
} from '../../src/executor/core/index.js';

/** A journal in memory that keeps rows as text, so that whatever JSON cannot carry is lost here as in a database. */
export class JournalTape {
  private readonly rows: string[];

  constructor(
    private readonly nodes: number,
    rows: readonly string[] = [],
    private ended = countEnded(rows),
    /** Outputs to which rows only refer, as text, by the name of their file. */
    private readonly files: Map<string, string> = new Map(),
  ) {
    this.rows = [...rows];
  }

  get length(): number {
    return this.rows.length;
  }

  append(events: readonly RunEvent[]): void {
    for (const event of events) {
      if ('ref' in event && event.ref !== undefined) this.files.set(event.ref.artifact, JSON.stringify(event.output));
    }
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
    return this.entries().map((entry) => decodeEntry(this.whole(entry)));
  }

  /** What a crash leaves when it strikes after the first `length` rows. */
  cut(length: number): JournalTape {
    return new JournalTape(this.nodes, this.rows.slice(0, length), undefined, this.files);
  }

  fold(plan: GraphPlan): RunState {
    const state = initialState(plan);
    for (const event of this.events()) reduce(plan, state, event);
    return state;
  }

  private whole(entry: JournalEntry): JournalEntry {
    const ref = missingOutput(entry);
    const text = ref === undefined ? undefined : this.files.get(ref.artifact);
    return text === undefined ? entry : withOutput(entry, JSON.parse(text) as Json);
  }

  toString(): string {
    return this.rows.join('\n');
  }
}

const NODE_ENDS: readonly string[] = ['node.reused', 'node.succeeded', 'node.failed', 'node.skipped', 'node.cancelled'];

const endsNode = (entry: JournalEntry): boolean => NODE_ENDS.includes(entry.type);

const countEnded = (rows: readonly string[]): number =>
  rows.filter((row) => endsNode(JSON.parse(row) as JournalEntry)).length;
