import { Clock, RunClock, SystemClock } from './clock.js';
import { type EpochMs, epochMs } from './core/index.js';

class SetClock extends Clock {
  constructor(public time: number) {
    super();
  }

  override now(): EpochMs {
    return epochMs(this.time);
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
  });
});
