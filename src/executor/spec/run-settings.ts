import type { ExecutionConfig } from '../../config/index.js';
import type { RunSettings } from '../core/index.js';
import type { RunOptionsSpec } from './graph-spec.js';

/** The complete settings of a run: its own options beat the graph's, which beat the configuration. */
export function toRunSettings(
  execution: ExecutionConfig,
  graphOptions: RunOptionsSpec = {},
  runOptions: RunOptionsSpec = {},
): RunSettings {
  const options = { ...graphOptions, ...withoutUndefined(runOptions) };
  return {
    concurrency: Math.min(options.concurrency ?? execution.defaultConcurrency, execution.maxConcurrency),
    defaultTimeoutSec: options.default_timeout_sec ?? execution.defaultTimeoutSec,
    maxRetries: options.max_retries ?? execution.maxRetries,
    timeoutSec: options.timeout_sec,
    expireIfNotStartedSec: options.expire_if_not_started_sec,
    priority: options.priority,
    onFailure: options.on_failure ?? 'finish',
    strictConditions: options.strict_conditions ?? false,
    requireSink: options.require_sink ?? false,
    retryBaseSec: execution.retryBaseDelay,
    retryFactor: execution.retryBackoffFactor,
    retryMaxDelaySec: execution.retryMaxDelay,
    retryJitter: execution.retryJitter,
    retryAfterMaxSec: execution.retryAfterMax,
    cancelGraceSec: execution.cancelGraceSec,
    maxInterruptions: execution.maxInterruptions,
    pool: options.pool,
  };
}

/** Why a run will not have the concurrency that was asked for; undefined if it will. */
export function concurrencyWarning(execution: ExecutionConfig, asked: number | undefined): string | undefined {
  if (asked === undefined || asked <= execution.maxConcurrency) return undefined;
  return `concurrency ${asked} is above EXECUTION__MAX_CONCURRENCY: ${execution.maxConcurrency} attempts run at once`;
}

function withoutUndefined(options: RunOptionsSpec): RunOptionsSpec {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
