import { pino } from 'pino';
import { DerivedLoggers } from './derived-loggers.js';

describe('DerivedLoggers', () => {
  it('changes the level of as many loggers as live', () => {
    const derived = new DerivedLoggers();
    const loggers = Array.from({ length: 200 }, () => pino({ level: 'error' }));
    for (const logger of loggers) derived.add(logger);
    derived.setLevel('debug');
    expect(loggers.every((logger) => logger.level === 'debug')).toBe(true);
  });
});
