import { Module } from '@nestjs/common';
import { ExecutorModule } from '../executor/index.js';
import { HttpModule } from '../http/index.js';
import { PluginsModule } from '../plugins/index.js';
import { GraphsController } from './graphs.controller.js';
import { GraphsService } from './graphs.service.js';
import { GraphValidator } from './validation/graph-validator.js';

@Module({
  imports: [ExecutorModule, HttpModule, PluginsModule],
  controllers: [GraphsController],
  providers: [GraphsService, GraphValidator],
  exports: [GraphsService, GraphValidator],
})
export class GraphsModule {}
