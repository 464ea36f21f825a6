import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptKey, PoolAttemptRepository, PoolReport } from '../../../../storage/index.js';
import type { AttemptFailure, JsonObject, Level } from '../../../core/index.js';
import type { AgentOutput, AttemptHandle, AttemptListener } from '../../../invoker/index.js';
import { failureReport, interruptionReport, logReport, outputReports, progressReport } from './attempt-report.js';

/** Log lines and progress wait so long for others to go along with, in milliseconds. */
const GATHER_MS = 50;
/** A database that did not answer is tried again after so long, in milliseconds. */
const AGAIN_MS = 500;

export interface HeldAttemptParts {
  readonly key: AttemptKey;
  readonly attempts: PoolAttemptRepository;
  /** Who made the claim. */
  readonly worker: string;
  /** Called when there is something new of the attempt to be read. */
  readonly told: () => void;
}

/**
 * An attempt that this process makes for a session elsewhere: what its agent has to say goes into the database. `open` until
 * its end is stored, or until it turns out to be this process's no more; what the agent still says then is dropped.
 */
export class HeldAttempt implements AttemptListener {
  /** Resolves when nothing of it is left to be done: true if its end was stored. It never rejects. */
  readonly ended: Promise<boolean>;
  private readonly resolveEnded: (isStored: boolean) => void;
  private handle: AttemptHandle | undefined;
  private outbox: PoolReport[] = [];
  private sent = 0;
  /** Its end is in the outbox, or was. */
  private isEnding = false;
  private isClosed = false;
  private sending: Promise<void> | undefined;

  constructor(private readonly parts: HeldAttemptParts) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.ended = promise;
    this.resolveEnded = resolve;
  }

  get key(): AttemptKey {
    return this.parts.key;
  }

  begin(invoke: (listener: AttemptListener) => AttemptHandle): void {
    this.handle = invoke(this);
  }

  logged(level: Level, message: string, data?: JsonObject): void {
    this.say([logReport({ level, message, data })]);
  }

  progressed(percent: number, message?: string): void {
    this.say([progressReport({ percent, message })]);
  }

  /** A worker keeps what it was given: only the session of a run could let go of an attempt, and it has not got this one. */
  suspended(): void {
    // It waits here.
  }

  succeeded(output: AgentOutput): void {
    this.say(outputReports(output), true);
  }

  failed(failure: AttemptFailure): void {
    this.say([failureReport(failure)], true);
  }

  /** Its session asks it to stop; how it ends is told as ever. */
  abort(): void {
    if (!this.isEnding) this.handle?.abort();
  }

  /** This process stops: the attempt is to be made elsewhere. */
  interrupt(): void {
    this.handle?.abandon();
    this.say([interruptionReport('shutdown')], true);
  }

  /** It is not this process's any more: it stops, and nothing more is said of it. */
  lose(): void {
    if (this.isClosed) return;
    this.handle?.abandon();
    this.close(false);
  }

  /** The same, but for one whose end is just being stored: that tells by itself. */
  loseUnlessEnding(): void {
    if (!this.isEnding) this.lose();
  }

  private say(reports: readonly PoolReport[], isEnd = false): void {
    if (this.isEnding || this.isClosed) return;
    this.isEnding = isEnd;
    this.outbox.push(...reports);
    this.pump();
  }

  private pump(): void {
    this.sending ??= this.send().finally(() => {
      this.sending = undefined;
      // What was said between the last look into the outbox and now.
      if (this.outbox.length > 0 && !this.isClosed) this.pump();
    });
  }

  private async send(): Promise<void> {
    const { key, attempts, worker, told } = this.parts;
    if (!this.isEnding) await sleep(GATHER_MS);
    while (this.outbox.length > 0 && !this.isClosed) {
      const reports = this.outbox;
      const isEnd = this.isEnding;
      this.outbox = [];
      try {
        if (!(await attempts.report(key, worker, this.sent, reports, isEnd))) return this.lose();
      } catch {
        // Whether it is stored nobody knows: the same is said again, and counts once. Others tell of the database.
        await this.repeat(reports, isEnd);
        if (this.isClosed) return;
      }
      this.sent += reports.length;
      told();
      if (isEnd) this.close(true);
    }
  }

  private async repeat(reports: readonly PoolReport[], isEnd: boolean): Promise<void> {
    const { key, attempts, worker } = this.parts;
    while (!this.isClosed) {
      await sleep(AGAIN_MS);
      try {
        if (!(await attempts.report(key, worker, this.sent, reports, isEnd))) this.lose();
        return;
      } catch {
        // Again.
      }
    }
  }

  private close(isStored: boolean): void {
    this.isClosed = true;
    this.resolveEnded(isStored);
  }
}
