import { ChoiceKey, FlagKey, IntegerKey, NumberKey, TextKey } from '../schema/keys.js';

export const SYNCHRONOUS_MODES = ['full', 'normal'] as const;
export type SynchronousMode = (typeof SYNCHRONOUS_MODES)[number];

export const MIGRATE_MODES = ['auto', 'check'] as const;
export type MigrateMode = (typeof MIGRATE_MODES)[number];

/** `DATABASE__…` */
export class DatabaseConfig {
  @TextKey('URL', {
    maxLength: 4096,
    pattern:
      /^(?:sqlite:(?::memory:|\/\/\/[^?#]*[^/?#])|(?:postgres(?:ql)?|mysql|mariadb):\/\/[^\s/?#]+\/[^\s/?#]+(?:\?\S*)?)$/,
    takes:
      'sqlite:///./relative.db, sqlite:////absolute.db, sqlite::memory:, postgres://user:password@host:5432/database or ' +
      'mysql://user:password@host:3306/database (mariadb:// is the same)',
    description: 'The database that holds graphs, runs and their journals.',
    defaultNote: 'sqlite::memory: in testing',
  })
  readonly url: string = 'sqlite:///./wand.db';

  @ChoiceKey('MIGRATE', MIGRATE_MODES, {
    description:
      'What a start does about migrations that the database lacks: auto applies them, check refuses and leaves them to `wand db migrate`.',
  })
  readonly migrate: MigrateMode = 'auto';

  @IntegerKey('MAX_CONNECTIONS', {
    min: 1,
    max: 1000,
    description: 'Connections that this process keeps to a database server at most; SQLite has one.',
  })
  readonly maxConnections: number = 10;

  @NumberKey('CONNECTION_TIMEOUT', {
    min: 0,
    max: 600,
    unit: 'seconds',
    description:
      'How long a statement waits for a database that another process has locked, or for a server that does not answer.',
  })
  readonly connectionTimeout: number = 30;

  @FlagKey('ECHO_SQL', { description: 'Logs every SQL statement; for debugging.' })
  readonly echoSql: boolean = false;

  @NumberKey('LEASE_SEC', {
    min: 0.5,
    max: 3600,
    unit: 'seconds',
    description:
      'How long the database stays with a process that shows no sign of life; then one that waits for it takes it over.',
  })
  readonly leaseSec: number = 15;

  @NumberKey('RETENTION_DAYS', {
    min: 0,
    max: 36_500,
    unit: 'days',
    description: 'How long a run is kept after it has ended, with its journal and its files; 0 keeps all.',
  })
  readonly retentionDays: number = 30;

  @ChoiceKey('SYNCHRONOUS', SYNCHRONOUS_MODES, {
    description:
      'When SQLite flushes to the disk: full survives a power cut, normal is faster and may lose the last moments in one.',
  })
  readonly synchronous: SynchronousMode = 'full';
}
