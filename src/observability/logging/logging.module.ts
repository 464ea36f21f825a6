import { Global, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { LiveConfig, LoadedConfig } from '../../config/index.js';
import { pinoLevel } from './log-level.js';
import { RootLogger, createRootLogger } from './root-logger.js';

/** Writes the last lines when the application has stopped. */
@Injectable()
class LogCloser implements OnApplicationShutdown {
  constructor(private readonly logger: RootLogger) {}

  onApplicationShutdown(): Promise<void> {
    return this.logger.close();
  }
}

async function startRootLogger({ config, secrets, workerNumber }: LoadedConfig, live: LiveConfig): Promise<RootLogger> {
  const logger = await createRootLogger(config, { secrets, workerNumber });
  live.onChange(() => logger.setLevel(pinoLevel(config)));
  return logger;
}

@Module({
  providers: [{ provide: RootLogger, inject: [LoadedConfig, LiveConfig], useFactory: startRootLogger }, LogCloser],
  exports: [RootLogger],
})
class RootLoggerModule {}

/**
 * Logs as the configuration says. Nest's own logs, and those of every class that logs through Nest, go to the root
 * logger with their `request_id` once `app.useLogger(app.get(NestLogger))` was called.
 */
@Global()
@Module({
  imports: [
    RootLoggerModule,
    LoggerModule.forRootAsync({
      imports: [RootLoggerModule],
      inject: [RootLogger],
      // On no route: requests are logged by requestLog(), which stands before everything that may refuse one.
      useFactory: (logger: RootLogger) => ({ pinoHttp: { logger: logger.pino }, useExisting: true, forRoutes: [] }),
    }),
  ],
  exports: [RootLoggerModule, LoggerModule],
})
export class LoggingModule {}
