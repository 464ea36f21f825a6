import { EXIT } from '../exit-code.js';
import { Interrupts } from './interrupts.js';

describe('Interrupts', () => {
  it('asks to stop once, and takes the echo that npm makes of a Ctrl-C for the same', () => {
    let asked = 0;
    let left = 0;
    const interrupts = new Interrupts({ onFirst: () => (asked += 1), onSecond: () => (left += 1) });
    expect(interrupts.exitCode).toBeUndefined();
    process.emit('SIGINT');
    process.emit('SIGINT');
    interrupts.dispose();
    expect([asked, left, interrupts.exitCode]).toEqual([1, 0, EXIT.INTERRUPTED]);
  });

  it('remembers that it was SIGTERM', () => {
    const interrupts = new Interrupts({ onFirst: () => undefined, onSecond: () => undefined });
    process.emit('SIGTERM');
    interrupts.dispose();
    expect(interrupts.exitCode).toBe(EXIT.TERMINATED);
  });
});
