import { listRunsQuery, logsQuery } from './run.queries.js';

const messagesOf = (query: object): string[] => {
  const parsed = listRunsQuery.safeParse(query);
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
};

describe('listRunsQuery', () => {
  it('takes statuses repeated and with commas between', () => {
    expect(listRunsQuery.parse({ status: ['FAILED,CANCELLED', 'SUCCESS'] }).status).toEqual([
      'FAILED',
      'CANCELLED',
      'SUCCESS',
    ]);
  });

  it('says which statuses there are', () => {
    expect(messagesOf({ status: ['DONE'] })).toEqual([expect.stringContaining('PENDING, RUNNING')]);
    expect(messagesOf({ status: [''] })).toHaveLength(1);
  });

  it('splits a label at its first colon; the value may hold more, and line breaks, or be empty', () => {
    expect(listRunsQuery.parse({ label: ['a:b:c', 'd:', 'e:x\ny'] }).label).toEqual([
      ['a', 'b:c'],
      ['d', ''],
      ['e', 'x\ny'],
    ]);
  });

  it('refuses a label without a key, with a key that no run can have, or with a value that is too long', () => {
    for (const label of ['nocolon', ':x', 'a b:x', `${'k'.repeat(64)}:x`, `k:${'v'.repeat(256)}`]) {
      expect(messagesOf({ label: [label] })).toEqual(['takes key:value']);
    }
  });

  it('takes as many labels as a run can have, and no more', () => {
    const labels = (count: number) => Array.from({ length: count }, (_, index) => `k${index}:v`);
    expect(messagesOf({ label: labels(20) })).toEqual([]);
    expect(messagesOf({ label: labels(21) })).toEqual(['takes at most 20']);
    expect(messagesOf({ label: labels(5_000) })).toHaveLength(1);
  });
});

describe('logsQuery', () => {
  it('starts at the beginning, a thousand at a time', () => {
    expect(logsQuery.parse({})).toEqual({ after_seq: 0, limit: 1_000 });
  });

  it('takes up to ten thousand', () => {
    expect(logsQuery.safeParse({ limit: '10000' }).success).toBe(true);
    expect(logsQuery.safeParse({ limit: '10001' }).success).toBe(false);
  });
});
