import { BuiltService, type BuiltServiceOptions } from '../../support/built-service.js';
import type { History } from './history.js';

export type ProcessOptions = BuiltServiceOptions;

/** The service in a process that is killed and started again on the same database. */
export class ChaosProcess {
  /** The process that runs now, or the one that is being started. */
  private current: Promise<BuiltService>;
  /** Set from the end of `stop` to the end of `start`. */
  private next: PromiseWithResolvers<BuiltService> | undefined;

  private constructor(
    private readonly options: ProcessOptions,
    private readonly history: History,
    first: BuiltService,
  ) {
    this.current = Promise.resolve(first);
  }

  /** Starts it and resolves when it is ready. */
  static async start(options: ProcessOptions, history: History): Promise<ChaosProcess> {
    const first = await BuiltService.start(options);
    history.note(`process ${first.pid} is ready`);
    return new ChaosProcess(options, history, first);
  }

  /** The process that takes requests; while one is being started, resolves when it is ready. */
  up(): Promise<BuiltService> {
    return this.current;
  }

  /**
   * Ends it by a signal, without starting another one: once it has gone, `up` waits for `start`. Answers the exit code; null
   * when the signal itself ended it.
   */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const service = await this.current;
    this.history.note(`${signal} to process ${service.pid}`);
    const code = await service.stop(signal);
    this.history.note(`process ${service.pid} exited with ${code}`);
    this.next = Promise.withResolvers<BuiltService>();
    this.current = this.next.promise;
    return code;
  }

  /** Starts the next process after `stop`. */
  async start(): Promise<void> {
    const started = await BuiltService.start(this.options);
    this.history.note(`process ${started.pid} is ready`);
    this.next?.resolve(started);
    this.next = undefined;
  }

  /** `kill -9`, at once, and another process in its place. */
  async crash(): Promise<void> {
    const service = await this.current;
    process.kill(service.pid, 'SIGKILL');
    this.history.note(`kill -9 to process ${service.pid}`);
    this.current = service.stop('SIGKILL').then(() => BuiltService.start(this.options));
    const { pid } = await this.current;
    this.history.note(`process ${pid} is ready`);
  }

  /** Ends it for good, whatever state it is in. */
  async end(): Promise<void> {
    if (this.next !== undefined) return;
    const service = await this.current.catch(() => undefined);
    await service?.stop('SIGKILL');
  }
}
