import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { AppConfig, ConfigReloader, type LoadedConfig } from './config/index.js';
import { DatabaseClaim, RunEngine } from './executor/index.js';
import { LastAnswers, configureHttpApp } from './http/index.js';
import { setupOpenApi } from './http/openapi/index.js';
import { MetricsListener, NestLogger, Readiness, ServiceVersion, quietWiring } from './observability/index.js';
import { PortError, isListenError } from './port-error.js';
import { Retention, RunSweeper, StreamHub } from './runs/index.js';
import { StorageWriter } from './storage/index.js';

export interface ServiceOptions {
  /** Wait until another process that owns the database has gone, instead of failing. */
  readonly wait: boolean;
  /** Ends that waiting. */
  readonly signal?: AbortSignal;
  /** Called when another process took the database over and this one has given everything up: nothing is left to do. */
  readonly onOwnershipLost: () => void;
}

/** The service, listening and executing runs. */
export class Service {
  private readonly logger = new Logger(Service.name);
  private stopping: Promise<void> | undefined;

  private constructor(readonly app: NestExpressApplication) {}

  /**
   * Starts everything: it listens first, not ready, so that probes are answered while unfinished runs are taken up.
   *
   * @throws {DatabaseOwnedError} if another process runs on the database and `wait` is false.
   * @throws {DatabaseOpenError} if the database cannot be opened.
   * @throws {PortError} if the port cannot be had.
   * @throws {Error} an `AbortError` if `signal` ended the waiting for the database.
   */
  static async start(loaded: LoadedConfig, options: ServiceOptions): Promise<Service> {
    const app = await NestFactory.create<NestExpressApplication>(AppModule.register(loaded), {
      bodyParser: false,
      bufferLogs: true,
      // What fails before there is a logger is told by whoever starts the service: in one line, without secrets.
      logger: false,
      abortOnError: false,
      forceCloseConnections: true,
    });
    app.useLogger(quietWiring(app.get(NestLogger)));
    const { config, warnings } = loaded;
    configureHttpApp(app, config);
    const version = app.get(ServiceVersion).value;
    if (config.role !== 'worker') setupOpenApi(app, version);
    const service = new Service(app);
    const listen = async (): Promise<void> => {
      try {
        await app.listen(config.port, config.host);
      } catch (error) {
        throw isListenError(error) ? new PortError(config.port, config.host, { cause: error }) : error;
      }
      await app.get(MetricsListener).listen();
    };
    // A worker's siblings answer on the same port: what came to it while it starts would fare worse than elsewhere.
    const isBesideOthers = loaded.workerNumber !== undefined;
    try {
      if (!isBesideOthers) await listen();
      await app.get(DatabaseClaim).acquire({
        wait: options.wait,
        signal: options.signal,
        version,
        onLost: (owner) => void service.giveUp(owner).finally(options.onOwnershipLost),
      });
      await app.get(RunEngine).start();
      if (config.role !== 'api') app.get(Retention).start();
      app.get(ConfigReloader).start();
      if (isBesideOthers) await listen();
    } catch (error) {
      await app.close();
      throw error;
    }
    app.get(Readiness).becomeReady();
    for (const warning of warnings) service.logger.warn(warning);
    service.logger.log(`${config.appName} listens on ${await app.getUrl()}`);
    return service;
  }

  /**
   * Stops in order: not ready, no new work, attempts end within the grace or are journaled as interrupted, streams are told to
   * reconnect, what clients wait for is answered, everything is written, the database is free for the next process. Calling it again changes nothing.
   */
  stop(): Promise<void> {
    this.stopping ??= this.stopInOrder();
    return this.stopping;
  }

  /** The fence keeps this process from writing: it only lets go of what it held, so that clients go to the new owner. */
  private async giveUp(owner = 'that has gone again'): Promise<void> {
    const { app } = this;
    this.logger.error(
      `the process ${owner} has taken the database over: stopping, nothing is written from here any more`,
    );
    app.get(Readiness).drain();
    await Promise.all([app.get(Retention).stop(), app.get(RunSweeper).stop()]);
    await app.get(RunEngine).stop(0);
    const { fenced } = app.get(StorageWriter).stats;
    this.logger.error(`late writes refused: ${fenced}; the runs go on at the new owner`);
    await app.get(StreamHub).closeAll();
  }

  private async stopInOrder(): Promise<void> {
    const { app } = this;
    const { shutdownDelaySec, shutdownGraceSec } = app.get(AppConfig);
    const answers = new LastAnswers(app.getHttpServer());
    app.get(Readiness).drain();
    answers.begin();
    if (shutdownDelaySec > 0) {
      this.logger.log(`stopping in ${shutdownDelaySec} s: not ready from now on`);
      await sleep(shutdownDelaySec * 1_000);
    }
    this.logger.log('stopping: nothing new starts, running attempts may end');
    await app.get(RunEngine).stop(shutdownGraceSec * 1_000);
    await app.get(StreamHub).closeAll();
    await answers.close();
    await Promise.all([app.get(Retention).stop(), app.get(RunSweeper).stop()]);
    await app.get(DatabaseClaim).release();
    this.logger.log('stopped in order');
    await app.close();
  }
}
