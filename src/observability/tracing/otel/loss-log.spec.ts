import { LossLog } from './loss-log.js';

describe('LossLog', () => {
  it('says a loss at once, and those of the minute after it together', () => {
    const lines: string[] = [];
    let now = 0;
    const log = new LossLog({ write: (line) => lines.push(line), now: () => now });
    log.add(3, 'refused');
    now = 59_999;
    log.add(2, 'refused');
    log.add(2, 'refused');
    expect(lines).toEqual(['3 spans could not be sent: refused']);
    now = 60_000;
    log.add(1, 'timed out');
    expect(lines.at(1)).toBe('5 spans could not be sent: timed out');
    expect(lines).toHaveLength(2);
  });
});
