import type { DatabaseConfig } from './database.config.js';
import { ChoiceKey, TextKey } from '../schema/keys.js';

const BACKENDS = ['redis', 'postgres'] as const;

/** `QUEUE__…` */
export class QueueConfig {
  @ChoiceKey('BACKEND', BACKENDS, {
    description: 'What holds the queue that the processes of a fleet share, with EXECUTION__ENGINE=bullmq.',
  })
  readonly backend: (typeof BACKENDS)[number] = 'redis';

  @TextKey('URL', {
    maxLength: 4096,
    pattern: /^(?:rediss?|postgres(?:ql)?):\/\/\S+$/,
    takes: 'a URL that begins with redis://, rediss:// or postgres://',
    description:
      'Where that queue is; when not set, DATABASE__URL with QUEUE__BACKEND=postgres, if that is PostgreSQL.',
  })
  readonly url?: string = undefined;

  @TextKey('PREFIX', {
    maxLength: 64,
    pattern: /^[A-Za-z0-9_.-]+$/,
    takes: '1 to 64 letters, digits, "_", "." or "-"',
    description: 'What the names in that queue begin with, so that services may share one.',
  })
  readonly prefix: string = 'wand';
}

/** Where the queue of a fleet is; undefined where nothing says so. */
export function queueUrl({
  queue,
  database,
}: {
  readonly queue: QueueConfig;
  readonly database: DatabaseConfig;
}): string | undefined {
  if (queue.url !== undefined || queue.backend === 'redis') return queue.url;
  return /^postgres(?:ql)?:/.test(database.url) ? database.url : undefined;
}
