import { closeSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { CLI_KEY, useBuiltPrograms } from './cli-process.js';

const ECHO = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo', params: { x: 'y' } }], edges: [] };
const SLOW = { name: 'slow', nodes: [{ id: 'wait', type: 'agent.delay', params: { seconds: 600 } }], edges: [] };
const HEADERS = { 'X-API-Key': CLI_KEY, 'Content-Type': 'application/json' };

describe('wand db backup', () => {
  const programs = useBuiltPrograms();
  const at = (name: string): string => join(programs.folder(), name);
  const urlOf = (name: string): string => `sqlite:///${at(name)}`;
  const backup = (to: string, from = 'wand.db') =>
    programs.wand(['db', 'backup', to], { DATABASE__URL: urlOf(from), SECURITY__API_KEY: CLI_KEY });

  async function post(url: string, path: string, body: object): Promise<Record<string, unknown>> {
    const answer = await fetch(url + path, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) });
    return (await answer.json()) as Record<string, unknown>;
  }

  async function statusOf(url: string, runId: unknown): Promise<unknown> {
    const answer = await fetch(`${url}/runs/${String(runId)}`, { headers: HEADERS });
    return ((await answer.json()) as Record<string, unknown>)['status'];
  }

  it('copies a database that is being written to; a service on the copy has the runs and goes on with the unfinished ones', async () => {
    const { url, service } = await programs.serve();
    const echo = await post(url, '/graphs', ECHO);
    const slow = await post(url, '/graphs', SLOW);
    const finished = await post(url, '/runs?wait=20', { graph_id: echo['graph_id'] });
    const unfinished = await post(url, '/runs', { graph_id: slow['graph_id'] });
    let isLoaded = true;
    let started = 0;
    const load = (async () => {
      while (isLoaded) {
        await post(url, '/runs?wait=20', { graph_id: echo['graph_id'] });
        started += 1;
      }
    })();

    const { code, stdout, stderr } = await backup('copy.db');
    isLoaded = false;
    await load;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('wand:') });
    expect(stdout).toMatch(/^wrote copy\.db: \d+\.\d MB, \d+ runs, checked\n$/);
    expect(started).toBeGreaterThan(0);
    expect(readdirSync(programs.folder()).filter((name) => name.includes('partial'))).toEqual([]);

    service.kill('SIGKILL');
    await service.ended;
    const restored = programs.start('main.js', [], {
      HOST: '127.0.0.1',
      PORT: '0',
      SECURITY__API_KEY: CLI_KEY,
      MONITORING__METRICS_PORT: '0',
      DATABASE__URL: urlOf('copy.db'),
    });
    const [, port] = await restored.written(/listens on \S+:(\d+)/);
    const other = `http://127.0.0.1:${String(port)}`;
    expect(await statusOf(other, finished['run_id'])).toBe('SUCCESS');
    expect(await statusOf(other, unfinished['run_id'])).toBe('RUNNING');
  });

  it('leaves a file alone that exists', async () => {
    new BetterSqlite3(at('wand.db')).close();
    writeFileSync(at('mine.db'), 'precious');
    const { code, stderr } = await backup('mine.db');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/mine\.db exists: name a file/) });
  });

  it('says that there is no database', async () => {
    const { code, stderr } = await backup('copy.db', 'missing.db');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/there is no database at .*missing\.db/),
    });
  });

  it('says that a folder does not exist, and leaves nothing behind', async () => {
    const { service } = await programs.serve();
    service.kill('SIGTERM');
    await service.ended;
    const { code, stderr } = await backup('nowhere/copy.db');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('could not be written to') });
    expect(readdirSync(programs.folder()).filter((name) => !name.startsWith('wand.db'))).toEqual([]);
  });

  it('refuses to call a damaged database backed up', async () => {
    const { url, service } = await programs.serve();
    const { graph_id } = await post(url, '/graphs', ECHO);
    for (let run = 0; run < 20; run++) await post(url, '/runs?wait=20', { graph_id });
    service.kill('SIGTERM');
    await service.ended;
    const file = openSync(at('wand.db'), 'r+');
    for (let page = 3; page < 30; page++) writeSync(file, Buffer.alloc(2_048, 0x5a), 0, 2_048, page * 4_096);
    closeSync(file);
    const { code, stderr } = await backup('copy.db');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/damaged|not sound/) });
    expect(readdirSync(programs.folder())).not.toContain('copy.db');
  });

  it('cannot copy a database in memory', async () => {
    const { code, stderr } = await programs.wand(['db', 'backup', 'copy.db'], { DATABASE__URL: 'sqlite::memory:' });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('in memory') });
  });
});
