import { databasesToTest } from './test/support/database-servers.mjs';
import ON_A_FLEET from './test/support/on-a-fleet.json' with { type: 'json' };
import ON_SQLITE_ALONE from './test/support/on-sqlite-alone.json' with { type: 'json' };

const isCi = process.env.CI === 'true';

/** In CI only what has a threshold: to count the lines of everything doubles the time of the suites. */
const collectCoverageFrom = [isCi ? 'src/executor/core/**/*.ts' : 'src/**/*.ts', '!src/**/*.spec.ts', '!src/main.ts'];

/** Everything, ESM packages included, is turned into CommonJS for tests; a smoke test starts the real ESM build. */
const PROJECT = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'commonjs' },
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
          keepClassNames: true,
        },
      },
    ],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(@nestjs|file-type|strtok3|token-types|@tokenizer|uint8array-extras|@borewit|@marcbachmann|re2js|ulid|typeorm|eventsource-parser|undici|jose|@opentelemetry/otlp-exporter-base)/)',
  ],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: '<rootDir>/test/support/build-once.mjs',
  collectCoverageFrom,
};

const onSqlite = { ...PROJECT, displayName: 'sqlite', testMatch: ['**/*.spec.ts'] };

/** What the service does must be the same on every database: the suites about that once more, on a server. */
const onServer = (database) => ({
  ...PROJECT,
  displayName: database,
  globals: { testDatabase: database },
  testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...Object.keys(ON_SQLITE_ALONE).map((file) => `<rootDir>/${file}$`)],
  setupFilesAfterEnv: ['<rootDir>/test/support/drop-databases.ts'],
});

/** What runs do must be the same wherever they run: the suites about that once more, on a fleet of one. */
const onFleet = (queue) => ({
  ...onServer('postgres'),
  displayName: `fleet-${queue}`,
  globals: { testDatabase: 'postgres', testQueue: queue },
  testMatch: ON_A_FLEET.map((file) => `<rootDir>/${file}`),
});

const KINDS = {
  sqlite: onSqlite,
  postgres: onServer('postgres'),
  mariadb: onServer('mariadb'),
  'fleet-redis': onFleet('redis'),
  'fleet-postgres': onFleet('postgres'),
};

export default async () => ({
  projects: (await databasesToTest()).map((kind) => KINDS[kind]),
  collectCoverage: isCi,
  collectCoverageFrom,
  coverageDirectory: 'coverage',
  coverageReporters: ['text-summary', 'lcov'],
  coverageThreshold: { './src/executor/core/': { branches: 100, functions: 100, lines: 100, statements: 100 } },
  maxWorkers: 2,
  // Tests that start the service several times take their time on a machine that is busy with other things.
  testTimeout: 60_000,
});
