import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { API_KEY } from '../support/built-service.js';
import { BuiltFleet } from '../support/built-fleet.js';
import { freePort } from '../support/free-port.js';
import { POSTGRES_URL, REDIS_URL, describeWith } from '../support/services.js';

/** The shell lines under a heading of the README. */
function linesUnder(heading: string): string {
  const page = readFileSync('README.md', 'utf8');
  const block = page.slice(page.indexOf(`### ${heading}\n`)).match(/```sh\n([\s\S]*?)```/)?.[1];
  if (block === undefined) throw new Error(`the README has no lines under ${heading}`);
  return block;
}

/** What an earlier block of the README defines, and what becomes of the process that is left. */
const field = `field() { node -pe "JSON.parse(require('fs').readFileSync(0, 'utf8')).$1"; }`;
const END = 'kill $SECOND; wait $SECOND';

describeWith('PostgreSQL', POSTGRES_URL, 'The README', () => {
  describeWith('Redis', REDIS_URL, 'has lines', () => {
    let fleet: BuiltFleet;
    beforeAll(async () => {
      fleet = await BuiltFleet.create();
    });
    afterAll(() => fleet.destroy());

    it('that start two processes, kill the one that executes a run, and see the other end it', async () => {
      const lines = linesUnder('Two processes');
      expect(lines.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
      // Only where things are is ours.
      const { DATABASE__URL, ...env } = fleet.env;
      let script = lines.replace(
        /DATABASE__URL=\S+ QUEUE__URL=\S+/,
        `DATABASE__URL=${DATABASE__URL} QUEUE__URL=${REDIS_URL}`,
      );
      expect(script).not.toBe(lines);
      for (const port of ['8001', '8002', '9001', '9002']) script = script.replaceAll(port, String(await freePort()));
      const shell = spawn('bash', ['-c', [field, script, END].join('\n')], {
        env: {
          ...env,
          PATH: process.env['PATH'],
          KEY: API_KEY,
          SECURITY__API_KEY: API_KEY,
          ENVIRONMENT: 'production',
          HOST: '127.0.0.1',
        },
      });
      let output = '';
      for (const stream of [shell.stdout, shell.stderr]) {
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      }
      const [code] = (await once(shell, 'close')) as [number | null];
      const types = [...output.matchAll(/^event: (\S+)$/gm)].map(([, type]) => type);
      // The first stream ends with its process, the second one begins from the start.
      expect(types.slice(0, 4)).toEqual(['stream.start', 'run.queued', 'run.started', 'node.started']);
      expect(types).toContain('run.recovered');
      expect(types.slice(-2)).toEqual(['run.succeeded', 'stream.end']);
      expect(code).toBe(0);
    }, 240_000);
  });
});
