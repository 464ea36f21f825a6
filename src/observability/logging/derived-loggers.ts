import type { LevelWithSilent, Logger } from 'pino';

/** Dead references are looked for when there are so many, and again whenever there are twice as many as then lived. */
const FIRST_PRUNING = 64;

/** The loggers that derive from one: pino gives each the level of the moment, and nothing else tells them of another. */
export class DerivedLoggers {
  /** Whoever lets go of its logger must not find it kept here. */
  private loggers: WeakRef<Logger>[] = [];
  private pruneAt = FIRST_PRUNING;

  add(logger: Logger): void {
    this.loggers.push(new WeakRef(logger));
    if (this.loggers.length >= this.pruneAt) this.prune();
  }

  setLevel(level: LevelWithSilent): void {
    for (const reference of this.loggers) {
      const logger = reference.deref();
      if (logger !== undefined) logger.level = level;
    }
  }

  private prune(): void {
    this.loggers = this.loggers.filter((reference) => reference.deref() !== undefined);
    this.pruneAt = Math.max(FIRST_PRUNING, 2 * this.loggers.length);
  }
}
