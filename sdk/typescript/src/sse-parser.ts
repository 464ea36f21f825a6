/** One event of a stream. */
export interface SseMessage {
  /** `message` when the stream did not name it. */
  readonly event: string;
  readonly data: string;
  /** The last id that the stream gave; undefined if it gave none yet. */
  readonly id: string | undefined;
}

/** The end of a line that is sure to be whole: a lone CR at the end of a chunk may be half of a CRLF. */
const LINE = /([^\r\n]*)(?:\r\n|\n|\r(?!$))/y;

/**
 * Parses Server-Sent Events as they come in, cut anywhere (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 * What an unfinished stream ends with is not an event.
 */
export class SseParser {
  #rest = '';
  #isAtStart = true;
  #event = '';
  #data: string[] = [];
  #id: string | undefined;
  #retryMs: number | undefined;

  /** How long the server wants its clients to wait before they connect again, in milliseconds, if it said so. */
  get retryMs(): number | undefined {
    return this.#retryMs;
  }

  /** The events that `text` completes. */
  feed(text: string): SseMessage[] {
    const holdsLine = this.#rest.endsWith('\r') || /[\r\n]/.test(text);
    this.#rest += text;
    // A long line that comes in many chunks is looked through once, at its end.
    if (!holdsLine) return [];
    if (this.#isAtStart) {
      this.#rest = this.#rest.replace(/^\uFEFF/, '');
      this.#isAtStart = false;
    }
    const messages: SseMessage[] = [];
    LINE.lastIndex = 0;
    let read = 0;
    for (let line = LINE.exec(this.#rest); line !== null; line = LINE.exec(this.#rest)) {
      read = LINE.lastIndex;
      const message = this.#take(line[1] ?? '');
      if (message !== undefined) messages.push(message);
    }
    this.#rest = this.#rest.slice(read);
    return messages;
  }

  #take(line: string): SseMessage | undefined {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.#retryMs = Number(value);
    return undefined;
  }

  #dispatch(): SseMessage | undefined {
    const data = this.#data;
    const event = this.#event || 'message';
    this.#data = [];
    this.#event = '';
    return data.length === 0 ? undefined : { event, data: data.join('\n'), id: this.#id };
  }
}
