export { type DependencyCheck, DependencyChecks } from './dependency-check.js';
export { HealthModule, type HealthModuleOptions } from './health.module.js';
export { HealthService } from './health.service.js';
export { Readiness, type ReadinessState } from './readiness.js';
export { ServiceVersion } from './service-version.js';
