import { Redis, type RedisOptions } from 'ioredis';

/**
 * A connection of ioredis that ends when it is told to, and those that BullMQ makes of it. ioredis itself, told so while it
 * waits to connect again, gives that up and never says that it has ended: BullMQ, which waits for that, would keep the process.
 */
export class EndableRedis extends Redis {
  /** @param onMade Is told of this connection and of each that is made of it. */
  constructor(
    private readonly url: string,
    settings: RedisOptions,
    private readonly onMade: (client: Redis) => void,
  ) {
    super(url, settings);
    // BullMQ hears of the errors of its connections itself; without a listener ioredis writes them to the console.
    this.on('error', () => undefined);
    onMade(this);
  }

  override disconnect(reconnect = false): void {
    // One that waits to connect for the first time says that it has ended.
    if (!reconnect && this.status === 'reconnecting') this.status = 'wait';
    super.disconnect(reconnect);
  }

  override duplicate(override?: Partial<RedisOptions>): Redis {
    return new EndableRedis(this.url, { ...this.options, ...override }, this.onMade);
  }
}
