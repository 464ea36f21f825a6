import { tooOld } from './server-version.js';

describe('the version of a server', () => {
  it.each([
    ['postgres', '15.20 (Debian 15.20-0+deb12u1)'],
    ['postgres', '17.0'],
    ['mysql', '8.0.36'],
    ['mysql', '8.0.17'],
    ['mysql', '8.0'],
    ['mysql', '8.4.3'],
    ['mysql', '9.7.4-2'],
    ['mysql', '10.11.19-MariaDB-0+deb12u1'],
    ['mysql', '5.5.5-11.4.2-MariaDB'],
  ] as const)('of %s may be %s', (dialect, version) => {
    expect(tooOld(dialect, version)).toBeUndefined();
  });

  it.each([
    ['postgres', '14.11', 'the server is PostgreSQL 14.11, and PostgreSQL 15.0 or newer is needed'],
    ['mysql', '5.7.44-log', 'the server is MySQL 5.7.44, and MySQL 8.0.17 or newer is needed'],
    ['mysql', '8.0.16', 'the server is MySQL 8.0.16, and MySQL 8.0.17 or newer is needed'],
    ['mysql', '10.6.12-MariaDB', 'the server is MariaDB 10.6, and MariaDB 10.11 or newer is needed'],
  ] as const)('of %s may not be %s', (dialect, version, fault) => {
    expect(tooOld(dialect, version)).toBe(fault);
  });
});
