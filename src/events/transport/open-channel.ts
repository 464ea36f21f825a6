import type { MessageChannel } from './message-channel.js';

/** Where the processes of a fleet meet. */
export interface MeetingPoint {
  readonly backend: 'redis' | 'postgres';
  readonly url: string;
  /** Keeps services apart that share it. */
  readonly prefix: string;
}

/** Loads the driver that it takes, and connects to nothing yet. */
export async function openChannel({ backend, url, prefix }: MeetingPoint): Promise<MessageChannel> {
  switch (backend) {
    case 'redis': {
      const { RedisChannel } = await import('./redis-channel.js');
      return new RedisChannel(url, prefix);
    }
    case 'postgres': {
      const { PostgresChannel } = await import('./postgres-channel.js');
      return new PostgresChannel(url, prefix);
    }
  }
}
