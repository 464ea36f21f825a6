import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../support/wait-for.js';
import { CLI_KEY, useBuiltPrograms } from './cli-process.js';

interface ConfigView {
  readonly values: Readonly<Record<string, unknown>>;
  readonly sources: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

describe('.env in development', () => {
  const { folder, serve } = useBuiltPrograms();
  const headers = { 'X-API-Key': CLI_KEY, 'Content-Type': 'application/json' };

  const dotEnv = (...lines: string[]): void => writeFileSync(join(folder(), '.env'), `${lines.join('\n')}\n`);
  const configOf = async (url: string): Promise<ConfigView> => {
    const answer = await fetch(`${url}/config`, { headers });
    return (await answer.json()) as ConfigView;
  };
  const valueBecomes = (url: string, key: string, value: unknown): Promise<ConfigView> =>
    waitFor(`${key} to be ${String(value)}`, async () => {
      const view = await configOf(url);
      return view.values[key] === value && view;
    });

  it('changes the level of the log of the running service', async () => {
    const { url, service } = await serve();
    dotEnv('LOGGING__LEVEL=WARNING');
    await service.written(/LOGGING__LEVEL changed from INFO to WARNING/);
    await fetch(`${url}/graphs`, { headers });
    dotEnv('LOGGING__LEVEL=DEBUG');
    await service.written(/LOGGING__LEVEL changed from WARNING to DEBUG/);
    await fetch(`${url}/runs`, { headers });
    const [, path] = await service.written(/GET \/(graphs|runs) 200/);
    expect(path).toBe('runs');
  });

  it('is read when it is made, replaced and removed', async () => {
    const { url } = await serve();
    dotEnv('EXECUTION__MAX_RETRIES=4', 'EXECUTION__MAX_CONCURRENT_RUNS=7');
    const made = await valueBecomes(url, 'EXECUTION__MAX_RETRIES', 4);
    expect(made.sources).toMatchObject({
      EXECUTION__MAX_RETRIES: 'dot-env',
      EXECUTION__MAX_CONCURRENT_RUNS: 'dot-env',
    });
    writeFileSync(join(folder(), '.env.new'), 'EXECUTION__MAX_RETRIES=5\n');
    renameSync(join(folder(), '.env.new'), join(folder(), '.env'));
    const replaced = await valueBecomes(url, 'EXECUTION__MAX_RETRIES', 5);
    expect(replaced.values).toMatchObject({ EXECUTION__MAX_CONCURRENT_RUNS: 100 });
    rmSync(join(folder(), '.env'));
    const removed = await valueBecomes(url, 'EXECUTION__MAX_RETRIES', 3);
    expect(removed.sources).toMatchObject({ EXECUTION__MAX_RETRIES: 'default' });
  });

  it('changes nothing while anything in it is at fault, and the log has a line per fault', async () => {
    const { url, service } = await serve();
    dotEnv('EXECUTION__MAX_RETRIES=9', 'LIMITS__MAX_NODES=many', 'DATABASE__LEASE_SEC=0');
    await service.written(/the changed configuration is not used: DATABASE__LEASE_SEC: got "0", takes a number from/);
    await service.written(
      /the changed configuration is not used: LIMITS__MAX_NODES: got "many", takes an integer from/,
    );
    expect((await configOf(url)).values).toMatchObject({ EXECUTION__MAX_RETRIES: 3, LIMITS__MAX_NODES: 10_000 });
    dotEnv('EXECUTION__MAX_RETRIES=9');
    await valueBecomes(url, 'EXECUTION__MAX_RETRIES', 9);
  });

  it('changes what is reloadable and says what needs a restart', async () => {
    const { url, service } = await serve();
    dotEnv('EXECUTION__MAX_RETRIES=9', 'LIMITS__MAX_NODES=5', 'LIMITS__MAX_EDGE=5');
    await service.written(/LIMITS__MAX_NODES would be 5 instead of 10000: that needs a restart/);
    const view = await configOf(url);
    expect(view.values).toMatchObject({ EXECUTION__MAX_RETRIES: 9, LIMITS__MAX_NODES: 10_000 });
    expect(view.sources).toMatchObject({ LIMITS__MAX_NODES: 'default' });
    expect(view.warnings).toEqual([expect.stringMatching(/^LIMITS__MAX_EDGE is not a key .* LIMITS__MAX_EDGES$/)]);
  });

  it('gives way to what PATCH /config has changed, until that is taken back', async () => {
    const { url } = await serve();
    const patch = (body: object) =>
      fetch(`${url}/config`, { method: 'PATCH', headers, body: JSON.stringify(body) }).then((answer) => answer.status);
    expect(await patch({ EXECUTION__MAX_RETRIES: 1 })).toBe(200);
    dotEnv('EXECUTION__MAX_RETRIES=6', 'EXECUTION__MAX_INTERRUPTIONS=6');
    const view = await valueBecomes(url, 'EXECUTION__MAX_INTERRUPTIONS', 6);
    expect(view.values).toMatchObject({ EXECUTION__MAX_RETRIES: 1 });
    expect(await patch({ EXECUTION__MAX_RETRIES: null })).toBe(200);
    expect((await configOf(url)).values).toMatchObject({ EXECUTION__MAX_RETRIES: 6 });
  });

  it('keeps no service from stopping', async () => {
    const { service } = await serve();
    dotEnv('EXECUTION__MAX_RETRIES=4');
    service.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });
});

describe('a start with values from mounted files', () => {
  const { file, wand } = useBuiltPrograms();

  it('fails with one line for each that cannot be read, and shows no content', async () => {
    const env = {
      SECURITY__API_KEY_FILE: 'none',
      PORT_FILE: file('port', 'a-value-that-is-no-port'),
      HOST: '127.0.0.1',
      HOST_FILE: 'host',
    };
    const expected = [
      'HOST_FILE: got a file while HOST is set too, takes either of them alone',
      'PORT: got what PORT_FILE holds, takes an integer from 0 to 65535',
      'SECURITY__API_KEY_FILE: got ********, takes the path of a file that can be read (ENOENT)',
      '',
    ].join('\n');
    for (const command of [['serve'], ['config'], ['config', 'validate']]) {
      expect(await wand(command, env)).toEqual({ code: 1, stdout: '', stderr: expected });
    }
  });
});
