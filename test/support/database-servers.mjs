import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const DEFAULT_URLS = JSON.parse(readFileSync(new URL('service-urls.json', import.meta.url), 'utf8'));
const LOOK_FOR_MS = 2_000;

const POSTGRES = { name: 'PostgreSQL', variable: 'POSTGRES_URL' };
const MARIADB = { name: 'MariaDB', variable: 'MARIADB_URL' };
const REDIS = { name: 'Redis', variable: 'REDIS_URL' };

/** What each kind needs. A fleet is the engine `bullmq` on PostgreSQL, with its queue where the name says. */
const SERVERS = [
  { database: 'postgres', needs: [POSTGRES] },
  { database: 'mariadb', needs: [MARIADB] },
  { database: 'fleet-redis', needs: [POSTGRES, REDIS] },
  { database: 'fleet-postgres', needs: [POSTGRES] },
];

/**
 * The kinds of database to test on. TEST_DATABASES names them (`postgres,mariadb`), and then each must answer; without it they
 * are SQLite and those whose server answers. Of each that does not, a line says so; with REQUIRE_SERVICES=1 it is an error.
 */
export async function databasesToTest({ TEST_DATABASES, REQUIRE_SERVICES } = process.env) {
  const known = ['sqlite', ...SERVERS.map(({ database }) => database)];
  const wanted = TEST_DATABASES?.split(',').map((name) => name.trim()) ?? known;
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`TEST_DATABASES: got ${unknown.join(', ')}, takes ${known.join(', ')}`);
  const missing = [];
  const needs = SERVERS.filter(({ database }) => wanted.includes(database)).flatMap(({ database, needs }) =>
    needs.map((server) => ({ database, ...server })),
  );
  for (const { database, name, variable } of needs) {
    const { hostname, port, host } = new URL(process.env[variable] ?? DEFAULT_URLS[variable]);
    if (await answers(hostname, Number(port))) continue;
    const message = `${name} does not answer at ${host} (${variable})`;
    const asker = TEST_DATABASES !== undefined ? 'TEST_DATABASES' : REQUIRE_SERVICES === '1' && 'REQUIRE_SERVICES=1';
    if (asker !== false) throw new Error(`${message}, and ${asker} asks for it`);
    process.stderr.write(`${message}: the tests on ${database} are skipped\n`);
    missing.push(database);
  }
  return wanted.filter((database) => !missing.includes(database));
}

function answers(hostname, port) {
  return new Promise((resolve) => {
    const socket = connect(port, hostname);
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(LOOK_FOR_MS, () => end(false));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
