import { Redis, type RedisOptions } from 'ioredis';
import { Subject } from 'rxjs';
import { Absence } from './absence.js';
import { type Hearing, MessageChannel } from './message-channel.js';

const TIMEOUT_MS = 2_000;
const MAX_WAIT_MS = 1_000;
const MAX_BYTES = 65_536;

/** Publish and subscribe of Redis, on two connections: one that subscribes can do nothing else. */
export class RedisChannel extends MessageChannel {
  override readonly maxBytes = MAX_BYTES;
  private readonly absence = new Absence('Redis');
  private readonly messages = new Subject<string>();
  private readonly hearings = new Subject<Hearing>();
  private readonly publisher: Redis;
  private readonly subscriber: Redis;
  private readonly name: string;
  private isClosed = false;

  override readonly messages$ = this.messages.asObservable();
  override readonly hearing$ = this.hearings.asObservable();

  /** @param prefix What the name of the channel begins with. */
  constructor(url: string, prefix: string) {
    super();
    const options: RedisOptions = {
      lazyConnect: true,
      connectTimeout: TIMEOUT_MS,
      commandTimeout: TIMEOUT_MS,
      // A hint that waits for a connection is worth nothing.
      enableOfflineQueue: false,
      autoResubscribe: false,
      retryStrategy: (times) => Math.min(MAX_WAIT_MS, 25 * 2 ** Math.min(times, 10)),
      connectionName: 'wand-relay',
    };
    this.publisher = new Redis(url, options);
    this.subscriber = new Redis(url, options);
    // Redis keeps channels apart from its numbered databases.
    this.name = `${prefix}:relay:${this.publisher.options.db ?? 0}`;
    for (const client of [this.publisher, this.subscriber])
      client.on('error', (error: Error) => this.absence.began(error));
    this.subscriber.on('ready', () => void this.listen());
    this.subscriber.on('close', () => this.hearings.next('lost'));
    this.subscriber.on('message', (_channel, message) => this.messages.next(message));
  }

  override open(): void {
    // It goes on trying by itself, and tells why it could not.
    for (const client of [this.publisher, this.subscriber]) client.connect().catch(() => undefined);
  }

  override async send(message: string): Promise<void> {
    await this.publisher.publish(this.name, message);
  }

  override reconnect(): void {
    for (const client of [this.publisher, this.subscriber]) client.disconnect(true);
  }

  override close(): Promise<void> {
    this.isClosed = true;
    for (const client of [this.publisher, this.subscriber]) client.disconnect();
    this.messages.complete();
    this.hearings.complete();
    return Promise.resolve();
  }

  private async listen(): Promise<void> {
    try {
      await this.subscriber.subscribe(this.name);
    } catch (error) {
      if (this.isClosed) return;
      this.absence.began(error);
      this.subscriber.disconnect(true);
      return;
    }
    this.absence.ended();
    this.hearings.next('heard');
  }
}
