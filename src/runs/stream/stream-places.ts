import type { AppConfig } from '../../config/index.js';
import type { Subject } from '../../http/index.js';
import { StreamsExhaustedError, TooManyStreamsError } from '../runs.errors.js';

/**
 * How many streams are open, in all and for each key; an address counts as a key where there is none. The caps are read when
 * a stream opens: one that is lowered closes nothing.
 */
export class StreamPlaces {
  private readonly bySubject = new Map<string, number>();
  private readonly refusals = { key: 0, process: 0 };
  private all = 0;

  constructor(private readonly config: Pick<AppConfig, 'security' | 'monitoring'>) {}

  /** Streams that are open. */
  get taken(): number {
    return this.all;
  }

  /** Streams that were refused, by the cap that they hit. */
  get refused(): Readonly<Record<'key' | 'process', number>> {
    return this.refusals;
  }

  /**
   * Takes a place; call what is returned, once, when the stream is over.
   *
   * @throws {TooManyStreamsError} if the key has too many.
   * @throws {StreamsExhaustedError} if the process has too many.
   */
  take({ kind, id }: Subject): () => void {
    const subject = `${kind} ${id}`;
    const own = this.bySubject.get(subject) ?? 0;
    const { maxStreamsPerKey } = this.config.security;
    const { maxStreams } = this.config.monitoring;
    if (maxStreamsPerKey > 0 && own >= maxStreamsPerKey) {
      this.refusals.key += 1;
      throw new TooManyStreamsError(maxStreamsPerKey);
    }
    if (maxStreams > 0 && this.all >= maxStreams) {
      this.refusals.process += 1;
      throw new StreamsExhaustedError();
    }
    this.all += 1;
    this.bySubject.set(subject, own + 1);
    return () => this.free(subject);
  }

  private free(subject: string): void {
    this.all -= 1;
    const own = (this.bySubject.get(subject) ?? 1) - 1;
    if (own === 0) this.bySubject.delete(subject);
    else this.bySubject.set(subject, own);
  }
}
