import { Clock, type Cancel } from '../../../src/executor/clock.js';
import { type EpochMs, epochMs } from '../../../src/executor/core/index.js';

/** Whoever things happen to: what belongs to a dead owner never happens, what belongs to a stalled one when it goes on. */
export interface Owner {
  readonly life: 'alive' | 'stalled' | 'dead';
}

interface Appointment {
  readonly at: number;
  readonly owner: Owner;
  readonly action: () => void;
}

/** The time of a simulated world: it passes only from one appointment to the next. */
export class VirtualTime {
  /** Milliseconds since the world began. */
  now = 0;
  /** The earliest first, of those at one moment the one made first. */
  private readonly agenda: Appointment[] = [];

  schedule(afterMs: number, owner: Owner, action: () => void): Cancel {
    const appointment = { at: this.now + Math.max(0, afterMs), owner, action };
    let index = this.agenda.length;
    while (index > 0 && (this.agenda[index - 1]?.at ?? 0) > appointment.at) index -= 1;
    this.agenda.splice(index, 0, appointment);
    return () => {
      const place = this.agenda.indexOf(appointment);
      if (place !== -1) this.agenda.splice(place, 1);
    };
  }

  /** Lets the next thing happen; false if nothing will ever happen any more. */
  step(): boolean {
    const index = this.agenda.findIndex(({ owner }) => owner.life === 'alive');
    const [next] = index === -1 ? [] : this.agenda.splice(index, 1);
    if (next === undefined) return false;
    this.now = Math.max(this.now, next.at);
    next.action();
    return true;
  }

  /** Forgets what can never happen. */
  bury(owner: Owner): void {
    const left = this.agenda.filter((appointment) => appointment.owner !== owner);
    this.agenda.splice(0, this.agenda.length, ...left);
  }
}

/** The clock of one process: its wall clock may be behind that of the world or ahead of it. */
export class VirtualClock extends Clock {
  /** Timers of the process that have neither fired nor been cancelled. */
  pending = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly owner: Owner,
    private readonly startsAt: number,
  ) {
    super();
  }

  override now(): EpochMs {
    return epochMs(this.startsAt + this.time.now);
  }

  override at(when: EpochMs, action: () => void): Cancel {
    let isPending = true;
    this.pending += 1;
    const settle = (): void => {
      if (isPending) this.pending -= 1;
      isPending = false;
    };
    const cancel = this.time.schedule(when - this.now(), this.owner, () => {
      settle();
      action();
    });
    return () => {
      settle();
      cancel();
    };
  }
}
