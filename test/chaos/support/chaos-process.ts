import { setTimeout as pause } from 'node:timers/promises';
import { BuiltService, type BuiltServiceOptions } from '../../support/built-service.js';
import type { History } from './history.js';

export type ProcessOptions = BuiltServiceOptions;

/** What of a log is shown when its process has died by itself. */
const LOG_TAIL_CHARACTERS = 2_000;

/** The service in a process that is killed and started again on the same database. */
export class ChaosProcess {
  /** The process that takes requests, or the one that is awaited. Rejected once a process has died by itself. */
  private current: Promise<BuiltService>;
  /** Set from the end of `stop` to the end of `start`. */
  private next: PromiseWithResolvers<BuiltService> | undefined;
  /** The process that is ready and was not killed. */
  private serving: BuiltService | undefined;
  /** Processes that were told to go. */
  private readonly leaving = new Set<BuiltService>();
  /** Processes that were paused, and may still be. */
  private readonly paused: BuiltService[] = [];
  private frozen: BuiltService | undefined;
  private isSupervised = false;
  private died = 0;

  private constructor(
    private readonly options: ProcessOptions,
    private readonly history: History,
  ) {
    this.current = this.launch();
  }

  /** Starts it and resolves when it is ready. */
  static async start(options: ProcessOptions, history: History): Promise<ChaosProcess> {
    const started = new ChaosProcess(options, history);
    await started.up();
    return started;
  }

  /**
   * The process that takes requests; while one is being started, resolves when it is ready.
   *
   * @throws {Error} with the end of its log if it died by itself.
   */
  up(): Promise<BuiltService> {
    return this.current;
  }

  /** The one that `up` answers at once; undefined while there is none. */
  get service(): BuiltService | undefined {
    return this.serving;
  }

  /**
   * Ends it by a signal, without starting another one: once it has gone, `up` waits for `start`. Answers the exit code; null
   * when the signal itself ended it.
   */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const service = await this.current;
    this.leaving.add(service);
    this.history.note(`${signal} to process ${service.pid}`);
    const code = await service.stop(signal);
    this.history.note(`process ${service.pid} exited with ${code}`);
    this.serving = undefined;
    this.next = Promise.withResolvers<BuiltService>();
    this.current = this.next.promise;
    return code;
  }

  /** Starts the next process after `stop`. */
  async start(): Promise<void> {
    const waiting = this.next;
    this.next = undefined;
    waiting?.resolve(this.launch());
    await this.current;
  }

  /**
   * `kill -9`, at once, and another process in its place. Before that one come as many as there are `abortedStarts`, each
   * killed after so many ms, in the middle of its start or just after it.
   */
  async crash(abortedStarts: readonly number[] = []): Promise<void> {
    const service = await this.current;
    this.leaving.add(service);
    this.serving = undefined;
    process.kill(service.pid, 'SIGKILL');
    this.history.note(`kill -9 to process ${service.pid}`);
    this.current = this.replace(service, abortedStarts);
    await this.current;
  }

  /** Pauses the process where it is, and starts another in its place that waits for the database. Answers the paused one. */
  async pause(): Promise<BuiltService> {
    const service = await this.current;
    this.leaving.add(service);
    this.serving = undefined;
    service.signal('SIGSTOP');
    this.paused.push(service);
    this.history.note(`SIGSTOP to process ${service.pid}`);
    this.current = this.launch(['--wait']);
    return service;
  }

  /** Stops it where it is until `thaw`; nobody takes its place, and `up` waits for it. */
  async freeze(): Promise<BuiltService> {
    const service = await this.current;
    this.serving = undefined;
    this.next = Promise.withResolvers<BuiltService>();
    this.current = this.next.promise;
    service.signal('SIGSTOP');
    this.frozen = service;
    this.history.note(`SIGSTOP to process ${service.pid}`);
    return service;
  }

  /** Lets it go on after `freeze`. */
  thaw(): void {
    const { frozen } = this;
    if (frozen === undefined) return;
    this.frozen = undefined;
    this.history.note(`SIGCONT to process ${frozen.pid}`);
    frozen.signal('SIGCONT');
    this.serving = frozen;
    this.next?.resolve(frozen);
    this.next = undefined;
  }

  /** Processes that have died by themselves. */
  get deaths(): number {
    return this.died;
  }

  /** From now on another process takes the place of each that dies by itself, as a supervisor sees to. */
  supervise(): void {
    this.isSupervised = true;
  }

  /** Ends it for good, whatever state it is in. Whoever still waits for it waits for ever. */
  async end(): Promise<void> {
    this.isSupervised = false;
    this.thaw();
    for (const paused of this.paused) await paused.stop('SIGKILL');
    const isStopped = this.next !== undefined;
    const last = this.current;
    this.current = Promise.withResolvers<BuiltService>().promise;
    if (isStopped) return;
    const service = await last.catch(() => undefined);
    if (service === undefined) return;
    this.leaving.add(service);
    await service.stop('SIGKILL');
  }

  private async replace(gone: BuiltService, abortedStarts: readonly number[]): Promise<BuiltService> {
    await gone.stop('SIGKILL');
    for (const ms of abortedStarts) {
      const aborted = await BuiltService.spawn(this.options);
      await pause(ms);
      await aborted.stop('SIGKILL');
      this.history.note(`kill -9 to process ${aborted.pid}, ${ms} ms after its start`);
    }
    return this.launch();
  }

  private async launch(args: readonly string[] = []): Promise<BuiltService> {
    const service = await BuiltService.start({ ...this.options, args });
    this.history.note(`process ${service.pid} is ready`);
    this.serving = service;
    void service.exited().then((code) => {
      if (!this.leaving.has(service)) this.mourn(service, code);
    });
    return service;
  }

  private mourn(service: BuiltService, code: number | null): void {
    const tail = service.log.slice(-LOG_TAIL_CHARACTERS);
    this.history.note(`process ${service.pid} died by itself with ${code}`);
    this.died += 1;
    this.serving = undefined;
    if (this.isSupervised) {
      this.current = this.relaunch();
      return;
    }
    this.current = Promise.reject(new Error(`process ${service.pid} died by itself with ${code}:\n${tail}`));
    // Seen by whoever asks next.
    this.current.catch(() => undefined);
  }

  /** A process may die again before it is ready. */
  private async relaunch(): Promise<BuiltService> {
    for (;;) {
      try {
        return await this.launch();
      } catch (error) {
        if (!this.isSupervised) throw error;
        this.died += 1;
      }
    }
  }
}
