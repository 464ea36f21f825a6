import { serveArguments } from './serve-arguments.js';

describe('The arguments of the service', () => {
  it('are whether it waits for the database, and its role', () => {
    expect(serveArguments([])).toEqual({ wait: false });
    expect(serveArguments(['--wait', '--role', 'worker'])).toEqual({ wait: true, role: 'worker' });
    expect(serveArguments(['--role=api'])).toEqual({ wait: false, role: 'api' });
  });

  it('are no others: a process with a wrong name for its role would do what it is not meant to', () => {
    expect(() => serveArguments(['--rol', 'api'])).toThrow(/--rol/);
    expect(() => serveArguments(['--role'])).toThrow(/--role/);
    expect(() => serveArguments(['worker'])).toThrow(/worker/);
  });
});
