import { type DynamicModule, Module } from '@nestjs/common';
import type { AppConfig } from '../../config/index.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsListener } from './metrics-listener.js';
import { Metrics } from './metrics.js';
import { RequestMetrics } from './request-metrics.js';

/** `Metrics` for everybody, and whichever of its two doors the configuration opens. */
@Module({})
export class MetricsModule {
  static forRoot({ monitoring }: AppConfig): DynamicModule {
    const isOnMainPort = monitoring.enableMetrics && monitoring.metricsPort === 0;
    return {
      module: MetricsModule,
      global: true,
      controllers: isOnMainPort ? [MetricsController] : [],
      providers: [Metrics, MetricsListener, RequestMetrics],
      exports: [Metrics, MetricsListener, RequestMetrics],
    };
  }
}
