import { z } from 'zod';
import { ChoiceKey, IntegerKey, ListKey, NumberKey } from '../schema/keys.js';

/** Files are written and read in one piece, which holds up everything else meanwhile. */
const MAX_FILE_BYTES = 268_435_456;

const ENGINES = ['embedded', 'bullmq'] as const;

/** A pool, as a configuration, a node or a run may name it. */
export const POOL_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** How the wait before a retry is spread. */
export const jitterKind = z.enum(['equal', 'full', 'none']);

/** `EXECUTION__…` */
export class ExecutionConfig {
  @ChoiceKey('ENGINE', ENGINES, {
    description:
      'What decides which process works on a run; embedded: the one process does; bullmq: any process of a fleet that ' +
      'shares a database server and a queue.',
  })
  readonly engine: (typeof ENGINES)[number] = 'embedded';

  @ListKey('POOLS', {
    pattern: POOL_NAME,
    takes: 'a JSON array of 1 to 32 names of pools: lower-case letters, digits and "-", neither first nor last a "-"',
    description:
      'Pools that this process works for, in a fleet; with "default" it takes runs, and it makes the attempts of the pools. ' +
      '--pool names them on the command line.',
  })
  readonly pools: readonly string[] = ['default'];

  @NumberKey('DEFAULT_TIMEOUT_SEC', {
    min: 1,
    max: 3600,
    unit: 'seconds',
    description: 'Bound on one attempt of a node when neither the node nor its graph says otherwise.',
    reloadable: true,
  })
  readonly defaultTimeoutSec: number = 30;

  @IntegerKey('MAX_RETRIES', {
    min: 0,
    max: 10,
    description: 'Extra attempts after the first when neither the node nor its graph says otherwise.',
    reloadable: true,
  })
  readonly maxRetries: number = 3;

  @IntegerKey('DEFAULT_CONCURRENCY', {
    min: 1,
    max: 10_000,
    description: 'Attempts at once inside one run when its graph does not say.',
    reloadable: true,
  })
  readonly defaultConcurrency: number = 5;

  @IntegerKey('MAX_CONCURRENCY', {
    min: 1,
    max: 10_000,
    description: 'Cap on the concurrency a graph may ask for; at least EXECUTION__DEFAULT_CONCURRENCY.',
    reloadable: true,
  })
  readonly maxConcurrency: number = 50;

  @IntegerKey('MAX_CONCURRENT_RUNS', {
    min: 1,
    max: 100_000,
    description: 'Runs that this process works on at once.',
    reloadable: true,
  })
  readonly maxConcurrentRuns: number = 100;

  @NumberKey('RETRY_BASE_DELAY', {
    min: 0,
    max: 3600,
    unit: 'seconds',
    description: 'Wait before the second attempt.',
    reloadable: true,
  })
  readonly retryBaseDelay: number = 1;

  @NumberKey('RETRY_BACKOFF_FACTOR', {
    min: 1,
    max: 100,
    description: 'What each further wait is multiplied by.',
    reloadable: true,
  })
  readonly retryBackoffFactor: number = 2;

  @NumberKey('RETRY_MAX_DELAY', {
    min: 0,
    max: 86_400,
    unit: 'seconds',
    description: 'The longest wait.',
    reloadable: true,
  })
  readonly retryMaxDelay: number = 60;

  @ChoiceKey('RETRY_JITTER', jitterKind.options, {
    description:
      'How waits are spread: equal takes half to all of one at random, full takes none to all, none is exact.',
    reloadable: true,
  })
  readonly retryJitter: z.output<typeof jitterKind> = 'equal';

  @NumberKey('RETRY_AFTER_MAX', {
    min: 0,
    max: 86_400,
    unit: 'seconds',
    description: "The longest Retry-After of a server that is honoured; beyond it the node fails as 'rate_limited'.",
    reloadable: true,
  })
  readonly retryAfterMax: number = 900;

  @NumberKey('CANCEL_GRACE_SEC', {
    min: 0,
    max: 600,
    unit: 'seconds',
    description: 'How long a cancelled run waits for its attempts to end.',
    reloadable: true,
  })
  readonly cancelGraceSec: number = 5;

  @IntegerKey('MAX_INTERRUPTIONS', {
    min: 0,
    max: 1000,
    description: 'How often an attempt that a crash cut off is run again before the node fails.',
    reloadable: true,
  })
  readonly maxInterruptions: number = 5;

  @IntegerKey('MAX_OUTPUT_BYTES', {
    min: 1,
    max: MAX_FILE_BYTES,
    unit: 'bytes',
    description:
      'The largest output, as JSON, that the journal itself holds; a larger one is kept as a file of the run.',
  })
  readonly maxOutputBytes: number = 1_048_576;

  @IntegerKey('MAX_ARTIFACT_BYTES', {
    min: 1,
    max: MAX_FILE_BYTES,
    unit: 'bytes',
    description:
      'The largest output and the largest file of an agent; a larger one fails the node. At least EXECUTION__MAX_OUTPUT_BYTES.',
  })
  readonly maxArtifactBytes: number = 16_777_216;
}
