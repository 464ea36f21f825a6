import { setTimeout as pause } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { ChaosProcess } from './chaos-process.js';
import type { Answer, AnswerHeader, History, Question } from './history.js';

/** A refusal is taken up sooner than it asks for: the driver is impatient, and tests are short. */
const BUSY_MS = 20;
const HEADERS: readonly AnswerHeader[] = ['location', 'retry-after', 'idempotency-replayed'];

/** What a stream said until it closed. */
export interface StreamEnd {
  readonly comments: readonly string[];
  readonly types: readonly string[];
}

/** Asks the process and writes everything down. */
export class ChaosClient {
  constructor(
    private readonly target: ChaosProcess,
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
      this.history.write({ kind: 'unanswered', call, reason: String(error) });
      return undefined;
    }
  }

  /**
   * Asks until a 2xx answer comes. The key makes that safe; a 503 is asked again too.
   *
   * @throws {Error} on any other answer.
   */
  async insist(question: Question & { readonly key: string }): Promise<Answer> {
    for (;;) {
      const answer = await this.ask(question);
      if (answer?.status === 503) await pause(BUSY_MS);
      if (answer === undefined || answer.status === 503) continue;
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw new Error(`${question.method} ${question.path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
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
    try {
      const response = await service.request(`/runs/${runId}/stream`);
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    } catch (error) {
      this.history.note(`the stream of ${runId} broke: ${String(error)}`);
    }
    return { comments, types };
  }
}

function headersOf(response: Response): Answer['headers'] {
  return Object.fromEntries(
    HEADERS.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}
