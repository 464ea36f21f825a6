import { QueueTrouble } from './queue-trouble.js';

describe('Trouble that the queue reports', () => {
  it('is told in one line with what the server said and without a stack, each kind once in a while', () => {
    const told: unknown[] = [];
    let now = 0;
    const logger = { warn: (message: unknown) => told.push(message), debug: () => undefined };
    const trouble = new QueueTrouble(logger, () => now);
    trouble.failed(new Error('Missing lock for job r_01. moveToFinished'));
    trouble.failed(new Error('Missing lock for job r_02. moveToFinished'));
    trouble.failed(
      new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('connect ECONNREFUSED 127.0.0.1:1')]),
    );
    expect(told).toEqual([
      'the queue reports trouble, and goes on by itself: Missing lock for job r_01. moveToFinished',
      'the queue reports trouble, and goes on by itself: connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1',
    ]);
    now = 30_000;
    trouble.failed(new Error('Missing lock for job r_03. moveToFinished'));
    expect(told).toHaveLength(3);
  });
});
