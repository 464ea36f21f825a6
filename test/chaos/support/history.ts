import { appendFileSync } from 'node:fs';

/** Headers of an answer that promise something. */
export type AnswerHeader = 'location' | 'retry-after' | 'idempotency-replayed';

/** What was asked. */
export interface Question {
  readonly method: string;
  readonly path: string;
  /** `Idempotency-Key`. */
  readonly key?: string;
  readonly body?: unknown;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Partial<Record<AnswerHeader, string>>>;
  readonly body: unknown;
}

/** One line of a history. `at` is wall time in ms; `call` ties an answer to its question. */
export type HistoryLine =
  | ({ readonly kind: 'sent'; readonly at: number; readonly call: number } & Question)
  | ({ readonly kind: 'answered'; readonly at: number; readonly call: number } & Answer)
  | { readonly kind: 'unanswered'; readonly at: number; readonly call: number; readonly reason: string }
  | {
      readonly kind: 'event';
      readonly at: number;
      readonly runId: string;
      readonly seq: number;
      readonly type: string;
    }
  | { readonly kind: 'note'; readonly at: number; readonly text: string };

type Unstamped<T> = T extends unknown ? Omit<T, 'at'> : never;

/** Everything that a driver did and was told, in order; each line is in the file before the driver goes on. */
export class History {
  private readonly written: HistoryLine[] = [];
  private calls = 0;

  constructor(private readonly file: string) {}

  get lines(): readonly HistoryLine[] {
    return this.written;
  }

  /** Notes that a question goes out; answers the number that its answer must carry. */
  sent(question: Question): number {
    this.calls += 1;
    this.write({ kind: 'sent', call: this.calls, ...question });
    return this.calls;
  }

  /** Something that is no request: a signal, a restart, an event that a stream showed. */
  write(line: Unstamped<HistoryLine>): void {
    const stamped: HistoryLine = { at: Date.now(), ...line };
    this.written.push(stamped);
    appendFileSync(this.file, `${JSON.stringify(stamped)}\n`);
  }

  note(text: string): void {
    this.write({ kind: 'note', text });
  }
}

/** A question with its answer; without one the connection broke, and what became of the request is unknown. */
export interface Exchange extends Question {
  readonly call: number;
  readonly sentAt: number;
  readonly answer?: Answer & { readonly at: number };
}

/** The exchanges of a history, in the order in which they were sent. */
export function exchangesOf(lines: readonly HistoryLine[]): Exchange[] {
  const answers = new Map<number, Extract<HistoryLine, { kind: 'answered' }>>();
  for (const line of lines) if (line.kind === 'answered') answers.set(line.call, line);
  return lines
    .filter((line) => line.kind === 'sent')
    .map(({ call, at, method, path, key, body }) => {
      const answer = answers.get(call);
      return { call, sentAt: at, method, path, key, body, answer };
    });
}
