import { ChoiceKey, FlagKey, IntegerKey, NumberKey, TextKey } from './schema/keys.js';
import { CacheConfig } from './sections/cache.config.js';
import { DatabaseConfig } from './sections/database.config.js';
import { ExecutionConfig } from './sections/execution.config.js';
import { LimitsConfig } from './sections/limits.config.js';
import { LoggingConfig } from './sections/logging.config.js';
import { MonitoringConfig } from './sections/monitoring.config.js';
import { PluginsConfig } from './sections/plugins.config.js';
import { QueueConfig } from './sections/queue.config.js';
import { SecurityConfig } from './sections/security.config.js';

export const ENVIRONMENTS = ['development', 'testing', 'staging', 'production'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

const ROLES = ['all', 'api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/**
 * The whole configuration, checked; injected by this class. A field's name is its variable's in camel case. Nobody can change
 * it but `LiveConfig`, which changes the reloadable keys in place: read those at the time of use.
 */
export class AppConfig {
  @ChoiceKey('ENVIRONMENT', ENVIRONMENTS, {
    description: 'Where the service runs; chooses config/<ENVIRONMENT>.env.',
  })
  readonly environment: Environment = 'development';

  @TextKey('APP_NAME', {
    maxLength: 100,
    takes: '1 to 100 characters',
    description: 'The name that logs and documents show.',
  })
  readonly appName: string = 'Wand Orchestrator';

  @FlagKey('DEBUG', {
    description: 'Logs at level DEBUG, unless LOGGING__LEVEL is set in a source that wins over the one of this.',
    defaultNote: 'true in development and staging',
    reloadable: true,
  })
  readonly debug: boolean = false;

  @TextKey('HOST', {
    maxLength: 253,
    pattern: /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+)$/,
    takes: 'an IP address or a host name',
    description: 'The address to listen on; 127.0.0.1 keeps the service to this machine.',
  })
  readonly host: string = '0.0.0.0';

  @IntegerKey('PORT', { min: 0, max: 65_535, description: 'The port to listen on; 0 picks a free one.' })
  readonly port: number = 8000;

  @IntegerKey('WORKERS', {
    min: 1,
    max: 64,
    description: 'Processes that this one starts on its host; above 1 with EXECUTION__ENGINE=bullmq alone.',
  })
  readonly workers: number = 1;

  @ChoiceKey('ROLE', ROLES, {
    description:
      'What this process does: api answers requests, worker works on runs, all does both; other than all with ' +
      'EXECUTION__ENGINE=bullmq alone.',
  })
  readonly role: Role = 'all';

  @NumberKey('SHUTDOWN_DELAY_SEC', {
    min: 0,
    max: 600,
    unit: 'seconds',
    description:
      'How long a process that is told to stop goes on as before with its readiness probe failing, so that a load balancer ' +
      'sends nothing more by the time it stops; SHUTDOWN_GRACE_SEC begins after it.',
    reloadable: true,
  })
  readonly shutdownDelaySec: number = 0;

  @NumberKey('SHUTDOWN_GRACE_SEC', {
    min: 0,
    max: 600,
    unit: 'seconds',
    description: 'How long a stopping service lets running attempts end before it journals them as interrupted.',
    reloadable: true,
  })
  readonly shutdownGraceSec: number = 25;

  readonly database: DatabaseConfig = new DatabaseConfig();
  readonly security: SecurityConfig = new SecurityConfig();
  readonly execution: ExecutionConfig = new ExecutionConfig();
  readonly queue: QueueConfig = new QueueConfig();
  readonly limits: LimitsConfig = new LimitsConfig();
  readonly logging: LoggingConfig = new LoggingConfig();
  readonly monitoring: MonitoringConfig = new MonitoringConfig();
  readonly cache: CacheConfig = new CacheConfig();
  readonly plugins: PluginsConfig = new PluginsConfig();
}
