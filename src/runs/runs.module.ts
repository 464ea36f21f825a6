import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { EventsModule } from '../events/index.js';
import { ExecutorModule } from '../executor/index.js';
import { GraphsModule } from '../graphs/index.js';
import { HttpModule } from '../http/index.js';
import { PluginsModule } from '../plugins/index.js';
import { ArtifactsController } from './artifacts/artifacts.controller.js';
import { ExplainController } from './explain/explain.controller.js';
import { RunExplainer } from './explain/run-explainer.js';
import { ExportController } from './export/export.controller.js';
import { JournalExporter } from './export/journal-exporter.js';
import { Retention } from './removal/retention.js';
import { RunRemover } from './removal/run-remover.js';
import { RunSweeper } from './removal/run-sweeper.js';
import { EndedRuns } from './retry/ended-runs.js';
import { RetryPlanner } from './retry/retry-planner.js';
import { RetryController } from './retry/retry.controller.js';
import { RunRetrier } from './retry/run-retrier.js';
import { RunLauncher } from './run-launcher.js';
import { RunStarter } from './run-starter.js';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { GraphSimulator } from './simulation/graph-simulator.js';
import { SimulateController } from './simulation/simulate.controller.js';
import { StreamHub } from './stream/stream-hub.js';
import { StreamTokenController } from './stream/stream-token.controller.js';
import { StreamsController } from './stream/streams.controller.js';

@Module({
  imports: [AuthModule, EventsModule, ExecutorModule, GraphsModule, HttpModule, PluginsModule],
  controllers: [
    RunsController,
    StreamsController,
    StreamTokenController,
    ArtifactsController,
    RetryController,
    ExplainController,
    ExportController,
    SimulateController,
  ],
  providers: [
    RunLauncher,
    RunStarter,
    RunsService,
    StreamHub,
    EndedRuns,
    RetryPlanner,
    RunRetrier,
    RunRemover,
    RunSweeper,
    Retention,
    RunExplainer,
    JournalExporter,
    GraphSimulator,
  ],
  exports: [RunStarter, RunsService, StreamHub, RunSweeper, Retention],
})
export class RunsModule {}
