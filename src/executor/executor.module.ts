import { type DynamicModule, Module } from '@nestjs/common';
import { EventsModule } from '../events/index.js';
import { PluginsModule } from '../plugins/index.js';
import { Clock, SystemClock } from './clock.js';
import { DatabaseLease, EmbeddedEngine, EmbeddedEngineOptions } from './engines/embedded/index.js';
import { RunEngine } from './engines/run-engine.js';
import { CelExpressionCompiler } from './expressions/index.js';
import { AgentInvoker, InlineAgentInvoker, InvokerOptions } from './invoker/index.js';
import { RunReader } from './run-reader.js';
import { PlanCache } from './spec/index.js';

/** Executes runs. Storage comes from a global module. */
@Module({})
export class ExecutorModule {
  static register(options: { readonly invoker: InvokerOptions; readonly engine: EmbeddedEngineOptions }): DynamicModule {
    return {
      module: ExecutorModule,
      imports: [EventsModule, PluginsModule],
      providers: [
        { provide: InvokerOptions, useValue: options.invoker },
        { provide: EmbeddedEngineOptions, useValue: options.engine },
        { provide: Clock, useClass: SystemClock },
        { provide: AgentInvoker, useClass: InlineAgentInvoker },
        EmbeddedEngine,
        { provide: RunEngine, useExisting: EmbeddedEngine },
        DatabaseLease,
        CelExpressionCompiler,
        PlanCache,
        RunReader,
      ],
      exports: [Clock, RunEngine, EmbeddedEngine, DatabaseLease, CelExpressionCompiler, PlanCache, RunReader],
    };
  }
}
