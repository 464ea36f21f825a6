import { spawnSync } from 'node:child_process';
import DEFAULT_URLS from './service-urls.json' with { type: 'json' };

/** Where the Redis of the tests is; a suite picks a database of its own in it. */
export const REDIS_URL = process.env['REDIS_URL'] ?? DEFAULT_URLS.REDIS_URL;

/** Whose databases the tests may make and drop. */
export const POSTGRES_URL = process.env['POSTGRES_URL'] ?? DEFAULT_URLS.POSTGRES_URL;
export const MARIADB_URL = process.env['MARIADB_URL'] ?? DEFAULT_URLS.MARIADB_URL;

const LOOK_FOR_MS = 2_000;
const PROBE =
  'const [host, port] = process.argv.slice(1);' +
  `const socket = require("node:net").connect(Number(port), host, () => process.exit(0)).setTimeout(${LOOK_FOR_MS});` +
  'socket.on("error", () => process.exit(1)).on("timeout", () => process.exit(1));';

/**
 * A block of tests that need a server which may not be there: `describeWith('Redis', REDIS_URL, 'counts …', () => …)`. When
 * nothing listens, they are skipped and a line says so; with REQUIRE_SERVICES=1 they fail.
 */
export function describeWith(service: string, url: string, title: string, body: () => void): void {
  describeIf(isThere(new URL(url)), `${service} does not answer at ${new URL(url).host}`, title, body);
}

/** The same for tests that start a server of their own: `missing` says which programs are not installed. */
export function describeWithPrograms(missing: string | undefined, title: string, body: () => void): void {
  describeIf(missing === undefined, `${missing} is not installed`, title, body);
}

function describeIf(isPossible: boolean, obstacle: string, title: string, body: () => void): void {
  if (isPossible) {
    describe(title, body);
    return;
  }
  if (process.env['REQUIRE_SERVICES'] === '1') {
    it(title, () => {
      throw new Error(`${obstacle}, and REQUIRE_SERVICES=1 asks for it`);
    });
    return;
  }
  process.stderr.write(`${obstacle}: "${title}" is skipped\n`);
  describe.skip(title, body);
}

/** Which tests there are must be known before the first one runs: Jest does not wait here, so another process looks. */
function isThere({ hostname, port }: URL): boolean {
  return spawnSync(process.execPath, ['-e', PROBE, hostname, port]).status === 0;
}
