import cluster, { type Worker } from 'node:cluster';
import { WORKER_NUMBER } from '../config/index.js';
import type { FromWorker, ToWorker } from './messages.js';
import { MetricsGathering } from './metrics-gathering.js';
import { verdictOn } from './restart-policy.js';

/** How often each worker is asked for a sign of life, in milliseconds. */
const PING_EVERY_MS = 5_000;
/** Questions in a row without an answer after which a worker hangs for good. */
const MOST_MISSED_PINGS = 12;

export interface SupervisorLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface SupervisorOptions {
  /** How many. */
  readonly workers: number;
  /** The module that each of them runs, and its arguments. */
  readonly main: string;
  readonly args: readonly string[];
  /** Beyond the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** How long those that were told to stop may take, in milliseconds; read when it is applied. */
  readonly stopWithinMs: () => number;
  readonly log: SupervisorLog;
}

/** The place of one worker, whichever process fills it. */
interface Place {
  readonly number: number;
  /** Undefined between the end of one and the start of the next. */
  worker: Worker | undefined;
  /** Monotonic milliseconds. */
  startedAt: number;
  earlyDeaths: number;
  restarts: number;
  missedPings: number;
  /** Of the next start. */
  timer: NodeJS.Timeout | undefined;
}

/**
 * Keeps as many workers running on this host as it was told. `running` from `run` on: whoever ends is started again, later
 * each time that it dies early. `stopping` after `stop`, or when it gives up: nobody is started any more, everybody is told
 * to stop, and is killed when told again or when the time is up. It has ended when the last one has. Workers share the
 * ports that they listen on.
 *
 * It gives up when a worker dies early time and again, or before any was ever ready: starting again would be in vain then.
 */
export class Supervisor {
  private readonly places: readonly Place[];
  private readonly gathering: MetricsGathering;
  private readonly ended: Promise<number>;
  private end: (exitCode: number) => void = () => undefined;
  private state: 'running' | 'stopping' = 'running';
  private exitCode = 0;
  private wasReady = false;
  /** What was overridden by requests, for workers that start later. */
  private readonly overrides = new Map<string, string | null>();
  private pings: NodeJS.Timeout | undefined;
  private deadline: NodeJS.Timeout | undefined;

  constructor(private readonly options: SupervisorOptions) {
    this.places = Array.from({ length: options.workers }, (_, index) => ({
      number: index + 1,
      worker: undefined,
      startedAt: 0,
      earlyDeaths: 0,
      restarts: 0,
      missedPings: 0,
      timer: undefined,
    }));
    this.gathering = new MetricsGathering(() => this.places);
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  /** Starts them; resolves with the code to exit with when the last one has ended for good. */
  run(): Promise<number> {
    const { main, args } = this.options;
    // Each worker takes its connections from the port itself. Were they handed out from here, as is usual, one that was on its
    // way to a worker that dies would never be answered.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({ exec: main, args: [...args] });
    this.pings = setInterval(() => this.places.forEach((place) => this.ping(place)), PING_EVERY_MS);
    this.pings.unref();
    for (const place of this.places) this.start(place);
    return this.ended;
  }

  /** Has all of them stop in order; called again, it kills them. */
  stop(): void {
    if (this.state === 'stopping') {
      this.killAll();
      return;
    }
    this.state = 'stopping';
    clearInterval(this.pings);
    for (const { timer, worker } of this.places) {
      clearTimeout(timer);
      worker?.process.kill('SIGTERM');
    }
    const withinMs = this.options.stopWithinMs();
    this.deadline = setTimeout(() => {
      this.options.log.error(`workers that have not stopped within ${withinMs / 1_000} s are killed`);
      this.killAll();
    }, withinMs);
    this.endIfAllHave();
  }

  private start(place: Place): void {
    const { env } = this.options;
    const worker = cluster.fork({ ...env, [WORKER_NUMBER]: String(place.number) });
    place.worker = worker;
    place.startedAt = performance.now();
    place.missedPings = 0;
    worker.on('message', (message: FromWorker) => this.hear(place, worker, message));
    // A message to one that is just ending is lost; its end is what counts.
    worker.on('error', () => undefined);
    worker.process.once('exit', (code, signal) => this.onExit(place, code, signal));
    this.options.log.info(`worker ${place.number} is the process ${worker.process.pid}`);
  }

  private hear(place: Place, worker: Worker, message: FromWorker): void {
    place.missedPings = 0;
    switch (message.kind) {
      case 'ready':
        this.wasReady = true;
        if (this.overrides.size > 0) send(worker, { kind: 'override', texts: [...this.overrides] });
        break;
      case 'pong':
        break;
      case 'ask-metrics':
        void this.gathering.gather().then((text) => send(worker, { kind: 'metrics', id: message.id, text }));
        break;
      case 'own-metrics':
        this.gathering.take(message.id, place.number, message.text);
        break;
      case 'override':
        for (const [key, text] of message.texts) this.overrides.set(key, text);
        for (const other of this.places) {
          if (other !== place && other.worker !== undefined) send(other.worker, message);
        }
        break;
    }
  }

  private ping(place: Place): void {
    const { worker } = place;
    if (worker === undefined) return;
    if (place.missedPings >= MOST_MISSED_PINGS) {
      const seconds = (MOST_MISSED_PINGS * PING_EVERY_MS) / 1_000;
      this.options.log.error(`worker ${place.number} has given no sign of life for ${seconds} s: it is killed`);
      worker.process.kill('SIGKILL');
      return;
    }
    place.missedPings += 1;
    send(worker, { kind: 'ping' });
  }

  private onExit(place: Place, code: number | null, signal: NodeJS.Signals | null): void {
    place.worker = undefined;
    const isDeath = code !== 0;
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    const livedMs = performance.now() - place.startedAt;
    if (this.state === 'stopping') {
      // A worker that has not come as far as to hear the signal is ended by it.
      if (isDeath && signal !== 'SIGTERM') {
        this.options.log.warn(`worker ${place.number} ended ${how} while it was to stop`);
        this.exitCode ||= 1;
      }
      this.endIfAllHave();
      return;
    }
    if (isDeath && !this.wasReady) {
      this.giveUp(`worker ${place.number} ended ${how} before any was ready`);
      return;
    }
    const verdict = verdictOn({ livedMs, isDeath, earlyDeaths: place.earlyDeaths });
    place.earlyDeaths = verdict.earlyDeaths;
    if (verdict.kind === 'give-up') {
      this.giveUp(`worker ${place.number} ended ${how}, ${verdict.earlyDeaths} times in a row soon after its start`);
      return;
    }
    const { delayMs } = verdict;
    const when = delayMs === 0 ? 'at once' : `in ${delayMs} ms`;
    this.options.log.warn(
      `worker ${place.number} ended ${how} after ${Math.round(livedMs / 1_000)} s: started again ${when}`,
    );
    place.restarts += 1;
    place.timer = setTimeout(() => this.start(place), delayMs);
  }

  private giveUp(reason: string): void {
    this.options.log.error(`${reason}: giving up, all workers stop`);
    this.exitCode = 1;
    this.stop();
  }

  private killAll(): void {
    for (const { worker } of this.places) worker?.process.kill('SIGKILL');
  }

  private endIfAllHave(): void {
    if (this.places.some(({ worker }) => worker !== undefined)) return;
    clearTimeout(this.deadline);
    this.end(this.exitCode);
  }
}

function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}
