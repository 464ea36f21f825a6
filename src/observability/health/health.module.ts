import { type DynamicModule, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import { LoadedConfig } from '../../config/index.js';
import type { DependencyChecks } from './dependency-check.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { Readiness } from './readiness.js';
import { ServiceVersion } from './service-version.js';

export interface HealthModuleOptions {
  /** Provides the token `DependencyChecks`. */
  readonly checks: Provider<DependencyChecks>;
  /** Modules that `checks` injects from. */
  readonly imports?: ModuleMetadata['imports'];
}

const serviceVersion: Provider<ServiceVersion> = {
  provide: ServiceVersion,
  inject: [LoadedConfig],
  useFactory: (loaded: LoadedConfig) => ServiceVersion.of(loaded.source.packageRoot),
};

/** The probes; and for everybody `Readiness`, which whoever starts and stops the service moves, `HealthService` and `ServiceVersion`. */
@Module({})
export class HealthModule {
  static forRoot({ checks, imports = [] }: HealthModuleOptions): DynamicModule {
    return {
      module: HealthModule,
      global: true,
      imports,
      controllers: [HealthController],
      providers: [serviceVersion, checks, Readiness, HealthService],
      exports: [Readiness, ServiceVersion, HealthService],
    };
  }
}
