import { SeldomLog } from './seldom-log.js';

describe('SeldomLog', () => {
  it('tells of the first at once, and of all that follow once a minute', () => {
    let now = 5;
    const told: number[] = [];
    const log = new SeldomLog(
      (count) => told.push(count),
      () => now,
    );
    log.note();
    for (let more = 0; more < 10; more++) log.note();
    expect(told).toEqual([1]);
    now += 60_000;
    log.note();
    expect(told).toEqual([1, 11]);
  });
});
