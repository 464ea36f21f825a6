import { Module } from '@nestjs/common';
import { ExecutorModule } from '../executor/index.js';
import { FleetController } from './fleet.controller.js';

/** What the processes that share a database tell of each other. */
@Module({ imports: [ExecutorModule], controllers: [FleetController] })
export class FleetModule {}
