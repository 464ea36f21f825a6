import { setTimeout as pause } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { BuiltService } from '../../support/built-service.js';
import type { Answer, AnswerHeader, History, Question } from './history.js';

/** A refusal is taken up sooner than it asks for: the driver is impatient, and tests are short. */
const BUSY_MS = 20;
const HEADERS: readonly AnswerHeader[] = ['location', 'retry-after', 'idempotency-replayed'];

/** What a stream said. */
export interface StreamEnd {
  readonly runId: string;
  /** How it ended; `refused` when there never was a stream. */
  readonly how: 'closed' | 'broken' | 'refused';
  readonly comments: readonly string[];
  /** Types of its events in order, `stream.start` and `stream.end` among them. */
  readonly types: readonly string[];
}

/** Whom a client asks. */
export interface ChaosTarget {
  /** A process that takes requests; when there is none, resolves as soon as there is one. */
  up(): Promise<BuiltService>;
}

/** Asks the process and writes everything down. */
export class ChaosClient {
  constructor(
    private readonly target: ChaosTarget,
    private readonly history: History,
  ) {}

  /** Sends a request to the process that is up; undefined if no whole answer came. */
  async ask(question: Question): Promise<Answer | undefined> {
    const service = await this.target.up();
    const { method, path, key, body } = question;
    const call = this.history.sent(question);
    try {
      const response = await service.request(path, {
        method,
        headers: key === undefined ? {} : { 'Idempotency-Key': key },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const answer: Answer = {
        status: response.status,
        headers: headersOf(response),
        body: text === '' ? null : (JSON.parse(text) as unknown),
      };
      this.history.write({ kind: 'answered', call, ...answer });
      return answer;
    } catch (error) {
      this.history.write({ kind: 'unanswered', call, reason: reasonOf(error) });
      return undefined;
    }
  }

  /**
   * Asks until a 2xx answer comes: the key makes that safe. What is refused for now is asked again too.
   *
   * @throws {Error} on any other answer.
   */
  async insist(question: Question & { readonly key: string }): Promise<Answer> {
    for (;;) {
      const answer = await this.ask(question);
      if (answer === undefined) continue;
      if (answer.status >= 200 && answer.status < 300) return answer;
      if (answer.headers['retry-after'] === undefined) throw refused(question, answer);
      await pause(BUSY_MS);
    }
  }

  /** Watches a run until the stream closes or breaks, and writes down each event. */
  async watch(runId: string): Promise<StreamEnd> {
    const service = await this.target.up();
    const comments: string[] = [];
    const types: string[] = [];
    const parser = createParser({
      onComment: (comment) => comments.push(comment.trim()),
      onEvent: ({ id, event = '' }) => {
        types.push(event);
        if (id !== undefined) this.history.write({ kind: 'event', runId, seq: Number(id), type: event });
      },
    });
    const said = { runId, comments, types };
    const response = await service.request(`/runs/${runId}/stream`).catch(() => undefined);
    if (response?.status !== 200) return { ...said, how: 'refused' };
    try {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
      return { ...said, how: 'closed' };
    } catch {
      this.history.note(`the stream of ${runId} broke`);
      return { ...said, how: 'broken' };
    }
  }
}

/** What `fetch` says of a broken connection is in the cause of its error. */
function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : String(cause ?? error);
}

function refused({ method, path }: Question, { status, body }: Answer): Error {
  return new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`);
}

function headersOf(response: Response): Answer['headers'] {
  return Object.fromEntries(
    HEADERS.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}
