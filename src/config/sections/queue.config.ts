import { ChoiceKey, TextKey } from '../schema/keys.js';

const BACKENDS = ['redis', 'postgres'] as const;
const NO_QUEUE = 'the engine "embedded" has no queue outside of its process';

/** `QUEUE__…` */
export class QueueConfig {
  @ChoiceKey('BACKEND', BACKENDS, {
    description: 'What holds the queue that the processes of a fleet share.',
    unusedBecause: NO_QUEUE,
  })
  readonly backend: (typeof BACKENDS)[number] = 'redis';

  @TextKey('URL', {
    maxLength: 4096,
    pattern: /^(?:rediss?|postgres(?:ql)?):\/\/\S+$/,
    takes: 'a URL that begins with redis://, rediss:// or postgres://',
    description: 'Where that queue is.',
    unusedBecause: NO_QUEUE,
  })
  readonly url?: string = undefined;

  @TextKey('PREFIX', {
    maxLength: 64,
    pattern: /^[A-Za-z0-9_.-]+$/,
    takes: '1 to 64 letters, digits, "_", "." or "-"',
    description: 'What the names in that queue begin with, so that services may share one.',
    unusedBecause: NO_QUEUE,
  })
  readonly prefix: string = 'wand';
}
