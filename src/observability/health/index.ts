export { DatabaseCheck } from './database-check.js';
export { HealthModule, type HealthModuleOptions } from './health.module.js';
export { Readiness, type ReadinessState } from './readiness.js';
export { ServiceVersion } from './service-version.js';
