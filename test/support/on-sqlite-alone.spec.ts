import { existsSync } from 'node:fs';
import ON_SQLITE_ALONE from './on-sqlite-alone.json' with { type: 'json' };

describe('suites that run on SQLite alone', () => {
  it.each(Object.entries(ON_SQLITE_ALONE))('%s exists, and there is a reason', (file, reason) => {
    expect(existsSync(file)).toBe(true);
    expect(reason).not.toBe('');
  });
});
