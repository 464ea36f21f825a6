export { LogFileError } from './log-streams.js';
export { LoggingModule } from './logging.module.js';
export { requestLog } from './request-log.middleware.js';
export { RootLogger } from './root-logger.js';
export { quietWiring } from './quiet-wiring.js';
