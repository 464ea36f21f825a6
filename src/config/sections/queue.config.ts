import type { DatabaseConfig } from './database.config.js';
import { ChoiceKey, IntegerKey, NumberKey, TextKey } from '../schema/keys.js';

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

  @NumberKey('LOCK_SEC', {
    min: 1,
    max: 600,
    unit: 'seconds',
    description:
      'How long a run stays with a worker that shows no sign of life; it shows one three times in that time. A worker ' +
      'whose event loop is busy for longer than two thirds of it loses its runs to others.',
  })
  readonly lockSec: number = 6;

  @NumberKey('STALLED_CHECK_SEC', {
    min: 0.1,
    max: 300,
    unit: 'seconds',
    description:
      'How often the workers look for runs whose worker shows no sign of life; such a run goes on elsewhere after ' +
      'QUEUE__LOCK_SEC and once this at the latest. At most half of QUEUE__LOCK_SEC.',
  })
  readonly stalledCheckSec: number = 2;

  @NumberKey('SWEEP_SEC', {
    min: 0.5,
    max: 3600,
    unit: 'seconds',
    description: 'How often one process looks in the database for unfinished runs that the queue does not know.',
  })
  readonly sweepSec: number = 5;

  @NumberKey('PARK_AFTER_SEC', {
    min: 1,
    max: 86_400,
    unit: 'seconds',
    description: 'A run in which nothing is due for longer than this lets its worker go and comes back in time.',
  })
  readonly parkAfterSec: number = 15;

  @IntegerKey('MAX_BACKLOG', {
    min: 0,
    max: 10_000_000,
    description: 'Runs that a process accepts while the queue cannot be reached; beyond it they are refused with 503.',
  })
  readonly maxBacklog: number = 10_000;
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
