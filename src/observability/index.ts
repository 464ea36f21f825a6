export {
  DatabaseCheck,
  HealthModule,
  type HealthModuleOptions,
  Readiness,
  type ReadinessState,
  ServiceVersion,
} from './health/index.js';
export { LoggingModule, RootLogger, quietWiring, requestLog } from './logging/index.js';
export { Logger as NestLogger } from 'nestjs-pino';
