import type { JournalEntry } from '../../executor/core/index.js';

/** Shows a run while it happens. */
export interface RunDisplay {
  /** The next event of the run, in order of `seq`. */
  show(entry: JournalEntry): void;
  /** Something that is not in the journal, such as a lost connection. */
  note(text: string): void;
  /** Nothing more comes: leaves the terminal as it was found. May be called again. */
  stop(): void;
}
