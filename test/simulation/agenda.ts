interface Appointment<T> {
  readonly at: number;
  readonly what: T;
}

/** What is to happen at virtual moments: the earliest first, of those at one moment the one noted first. */
export class Agenda<T> {
  private readonly appointments: Appointment<T>[] = [];

  get nextAt(): number {
    return this.appointments[0]?.at ?? Infinity;
  }

  add(at: number, what: T): void {
    let low = 0;
    let high = this.appointments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.appointments[middle]?.at ?? Infinity) <= at) low = middle + 1;
      else high = middle;
    }
    this.appointments.splice(low, 0, { at, what });
  }

  /** Removes what is next. */
  take(): T | undefined {
    return this.appointments.shift()?.what;
  }
}
