import { type FactoryProvider, Module } from '@nestjs/common';
import { AppConfig, LiveConfig, LoadedConfig, SecretRegistry } from '../config/index.js';
import { EventBus, EventsModule, Relay } from '../events/index.js';
import { PluginRegistry, PluginsModule } from '../plugins/index.js';
import {
  AllRunsRepository,
  FleetLeaseRepository,
  FleetMemberRepository,
  Journal,
  LeaseRepository,
  PoolAttemptRepository,
  StorageHealth,
} from '../storage/index.js';
import { RunCensus } from './census/index.js';
import { Clock, SystemClock } from './clock.js';
import { DatabaseClaim } from './engines/database-claim.js';
import { DatabaseLease, EmbeddedEngineOptions } from './engines/embedded/index.js';
import { FleetMembership } from './engines/fleet/index.js';
import { openRunEngine } from './engines/open-run-engine.js';
import { RunEngine } from './engines/run-engine.js';
import { CelExpressionCompiler } from './expressions/index.js';
import { AgentInvoker, InlineAgentInvoker, InvokerOptions } from './invoker/index.js';
import { OutputHydrator } from './outputs/index.js';
import { RunReader } from './run-reader.js';
import { PlanCache } from './spec/index.js';
import { RunTracer } from './tracing/index.js';

function invokerOptions(config: AppConfig): InvokerOptions {
  const { maxOutputBytes: maxInlineBytes, maxArtifactBytes } = config.execution;
  const output = { maxInlineBytes, maxBytes: maxArtifactBytes, maxDepth: config.limits.maxJsonDepth };
  return new InvokerOptions(output, maxArtifactBytes);
}

function engineOptions(
  config: AppConfig,
  { allowedEnv }: LoadedConfig,
  secrets: SecretRegistry,
): EmbeddedEngineOptions {
  return new EmbeddedEngineOptions(config.execution, allowedEnv, secrets);
}

function databaseClaim(
  config: AppConfig,
  clock: Clock,
  engine: RunEngine,
  leases: LeaseRepository,
  fleet: FleetMemberRepository,
): DatabaseClaim {
  return config.execution.engine === 'embedded'
    ? new DatabaseLease({ leases, fleet, engine, clock, config })
    : new FleetMembership({ members: fleet, engine, clock, config });
}

function runEngine(): FactoryProvider<RunEngine> {
  return {
    provide: RunEngine,
    inject: [
      AppConfig,
      EmbeddedEngineOptions,
      AllRunsRepository,
      Journal,
      RunReader,
      EventBus,
      AgentInvoker,
      Clock,
      RunCensus,
      FleetMemberRepository,
      StorageHealth,
      { token: RunTracer, optional: true },
      { token: FleetLeaseRepository, optional: true },
      { token: PoolAttemptRepository, optional: true },
      { token: Relay, optional: true },
    ],
    useFactory: (
      config: AppConfig,
      options: EmbeddedEngineOptions,
      runs: AllRunsRepository,
      journal: Journal,
      reader: RunReader,
      bus: EventBus,
      invoker: AgentInvoker,
      clock: Clock,
      census: RunCensus,
      members: FleetMemberRepository,
      health: StorageHealth,
      tracer?: RunTracer,
      leases?: FleetLeaseRepository,
      poolAttempts?: PoolAttemptRepository,
      relay?: Relay,
    ) => {
      const ports = { runs, journal, reader, bus, invoker, clock, census, tracer };
      return openRunEngine({ ...ports, config, options, members, health, leases, poolAttempts, relay });
    },
  };
}

/** Executes runs. Configuration and storage come from global modules. */
@Module({
  imports: [EventsModule, PluginsModule],
  providers: [
    { provide: InvokerOptions, useFactory: invokerOptions, inject: [AppConfig] },
    { provide: EmbeddedEngineOptions, useFactory: engineOptions, inject: [AppConfig, LoadedConfig, SecretRegistry] },
    { provide: Clock, useClass: SystemClock },
    { provide: AgentInvoker, useClass: InlineAgentInvoker },
    { provide: RunCensus, useFactory: (registry: PluginRegistry) => new RunCensus(registry), inject: [PluginRegistry] },
    runEngine(),
    {
      provide: DatabaseClaim,
      inject: [AppConfig, Clock, RunEngine, LeaseRepository, FleetMemberRepository],
      useFactory: databaseClaim,
    },
    CelExpressionCompiler,
    PlanCache,
    OutputHydrator,
    RunReader,
  ],
  exports: [Clock, RunEngine, RunCensus, DatabaseClaim, CelExpressionCompiler, PlanCache, OutputHydrator, RunReader],
})
export class ExecutorModule {
  constructor(live: LiveConfig, engine: RunEngine) {
    live.onChange(() => engine.fill());
  }
}
