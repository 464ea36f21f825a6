import { ExecutionConfig } from '../../config/index.js';
import { concurrencyWarning, toRunSettings } from './run-settings.js';

const CONFIG = new ExecutionConfig();

describe('toRunSettings', () => {
  it('falls back to the configuration', () => {
    expect(toRunSettings(CONFIG)).toEqual({
      concurrency: 5,
      defaultTimeoutSec: 30,
      maxRetries: 3,
      onFailure: 'finish',
      strictConditions: false,
      requireSink: false,
      retryBaseSec: 1,
      retryFactor: 2,
      retryMaxDelaySec: 60,
      retryJitter: 'equal',
      retryAfterMaxSec: 900,
      cancelGraceSec: 5,
      maxInterruptions: 5,
    });
  });

  it('lets the options of a run beat those of its graph, each by itself', () => {
    const graph = { concurrency: 2, max_retries: 1, on_failure: 'stop', strict_conditions: true } as const;
    const run = { max_retries: 0, on_failure: 'cancel', concurrency: undefined, timeout_sec: 60 } as const;
    expect(toRunSettings(CONFIG, graph, run)).toMatchObject({
      concurrency: 2,
      maxRetries: 0,
      onFailure: 'cancel',
      strictConditions: true,
      timeoutSec: 60,
    });
  });

  it('caps the concurrency, and says so', () => {
    expect(toRunSettings(CONFIG, { concurrency: 51 }).concurrency).toBe(50);
    expect(concurrencyWarning(CONFIG, 51)).toBe(
      'concurrency 51 is above EXECUTION__MAX_CONCURRENCY: 50 attempts run at once',
    );
    expect(concurrencyWarning(CONFIG, 50)).toBeUndefined();
    expect(concurrencyWarning(CONFIG, undefined)).toBeUndefined();
  });
});
