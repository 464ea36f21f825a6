import type { Observable } from 'rxjs';

/** Whether messages of others are heard now. */
export type Hearing = 'heard' | 'lost';

/** Port: carries short texts to all processes that listen on it, this one too. It reconnects by itself, for ever. */
export abstract class MessageChannel {
  /** How long a message may be, in bytes. */
  abstract readonly maxBytes: number;

  /** Every message from anybody while it is heard, in the order in which each sender sent. */
  abstract readonly messages$: Observable<string>;

  /** Emits each change; `lost` before the first connection. */
  abstract readonly hearing$: Observable<Hearing>;

  /** Begins to connect; once. */
  abstract open(): void;

  /** Resolves when the server has it. Rejects while the server is away, or when it does not answer in time. */
  abstract send(message: string): Promise<void>;

  /** Gives the connection up and makes another: it seems to be dead. */
  abstract reconnect(): void;

  abstract close(): Promise<void>;
}
