import { hasPassword, maskedUrl, passwordsIn } from './masked-url.js';

describe('a database URL that is shown', () => {
  it('holds no password and no parameter', () => {
    expect(maskedUrl('postgres://wand:p%40ss@db:5432/wand?sslpassword=x')).toBe('postgres://wand:***@db:5432/wand');
    expect(maskedUrl('mysql://wand@db/wand')).toBe('mysql://wand@db/wand');
    expect(maskedUrl('postgres://db/wand')).toBe('postgres://db/wand');
    expect(maskedUrl('sqlite:////data/wand.db')).toBe('sqlite:////data/wand.db');
  });

  it('is known to hold a password, as written and as meant', () => {
    expect(passwordsIn('postgres://wand:p%40ss@db/wand?sslpassword=other')).toEqual(['p%40ss', 'p@ss', 'other']);
    expect([hasPassword('postgres://wand@db/wand'), hasPassword('sqlite:///./a:b@c.db')]).toEqual([false, false]);
  });
});
