export { startRunSchema } from './dto/run.schemas.js';
export { toLogDto, toRunDto } from './dto/to-run-dto.js';
export { Retention } from './removal/retention.js';
export { RunSweeper } from './removal/run-sweeper.js';
export { RunStarter, type StartRun } from './run-starter.js';
export { RunsModule } from './runs.module.js';
export { RunsService, type WholeRun } from './runs.service.js';
export { StreamHub } from './stream/stream-hub.js';
