import { type Cancel, Clock, RunClock, SystemClock } from './clock.js';
import { type EpochMs, epochMs } from './core/index.js';

class SetClock extends Clock {
  readonly appointments: number[] = [];

  constructor(public time: number) {
    super();
  }

  override now(): EpochMs {
    return epochMs(this.time);
  }

  override at(when: EpochMs): Cancel {
    this.appointments.push(when);
    return () => undefined;
  }
}

describe('SystemClock', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is not moved by a jump of the wall clock', () => {
    const clock = new SystemClock();
    const before = clock.now();
    jest.spyOn(Date, 'now').mockReturnValue(before + 3_600_000);
    expect(clock.now()).toBeLessThan(before + 3_600_000);
    expect(clock.now()).toBeGreaterThanOrEqual(before);
  });

  describe('at', () => {
    const MONTH_MS = 31 * 86_400_000;
    let elapsedMs = 0;

    beforeEach(() => {
      jest.useFakeTimers({ now: 0, doNotFake: ['performance'] });
      elapsedMs = 0;
      jest.spyOn(performance, 'now').mockImplementation(() => elapsedMs);
    });

    afterEach(() => jest.useRealTimers());

    const pass = (ms: number): void => {
      elapsedMs += ms;
      jest.advanceTimersByTime(ms);
    };

    const appointment = (waitMs: number): { readonly action: jest.Mock; readonly cancel: Cancel } => {
      const clock = new SystemClock();
      const action = jest.fn();
      return { action, cancel: clock.at(epochMs(clock.now() + waitMs), action) };
    };

    it('calls once when the moment has come, and at once when it is past', () => {
      const { action } = appointment(500);
      const { action: late } = appointment(-500);
      pass(499);
      expect(action).not.toHaveBeenCalled();
      expect(late).toHaveBeenCalledTimes(1);
      pass(1_000);
      expect(action).toHaveBeenCalledTimes(1);
    });

    it('never calls early, also when its timer fires early', () => {
      const { action } = appointment(500);
      elapsedMs -= 2;
      pass(500);
      expect(action).not.toHaveBeenCalled();
      pass(2);
      expect(action).toHaveBeenCalledTimes(1);
    });

    it('waits longer than a timer of Node can', () => {
      const { action } = appointment(MONTH_MS);
      pass(2_147_483_647);
      expect(action).not.toHaveBeenCalled();
      pass(MONTH_MS - 2_147_483_647);
      expect(action).toHaveBeenCalledTimes(1);
    });

    it('does not call what was cancelled, also in the second piece of a long wait', () => {
      const { action, cancel } = appointment(MONTH_MS);
      pass(2_147_483_647);
      cancel();
      pass(MONTH_MS);
      expect(action).not.toHaveBeenCalled();
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});

describe('RunClock', () => {
  it('is the clock of the process, if that is not behind the run', () => {
    const process = new SetClock(1_000);
    const clock = new RunClock(process, epochMs(900));
    process.time = 1_500;
    expect(clock.now()).toBe(1_500);
    expect(clock.aheadMs).toBe(0);
  });

  it('goes on from the last event of the run, if the process is behind it', () => {
    const process = new SetClock(1_000);
    const clock = new RunClock(process, epochMs(3_601_000));
    expect(clock.now()).toBe(3_601_000);
    process.time = 1_250;
    expect(clock.now()).toBe(3_601_250);
    expect(clock.aheadMs).toBe(3_600_000);
    clock.at(epochMs(3_602_000), () => undefined);
    expect(process.appointments).toEqual([2_000]);
  });
});
