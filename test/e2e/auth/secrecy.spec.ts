import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltService } from '../../support/built-service.js';
import { waitFor } from '../../support/wait-for.js';

const SECRET = 'a-secret-of-the-tests-0123456789abcdef';

describe('Keys and tokens', () => {
  let folder: string;
  const services: BuiltService[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-secrecy-'));
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.stop('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  const start = async (): Promise<BuiltService> => {
    const env = { SECURITY__JWT_SECRET: SECRET, LOGGING__LEVEL: 'DEBUG', DEBUG: 'true' };
    const service = await BuiltService.start({ database: join(folder, 'wand.db'), env });
    services.push(service);
    return service;
  };
  const filesHold = (text: string): string[] =>
    readdirSync(folder).filter((file) => readFileSync(join(folder, file)).includes(text));

  it('are in no log and no file, whatever is done with them, and keys count after a restart', async () => {
    const first = await start();
    const { key, key_id } = await first.post<{ key: string; key_id: string }>('/api-keys', {
      name: 'canary',
      scopes: ['admin'],
    });
    const headers = { 'X-API-Key': key };
    const body = JSON.stringify({ name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] });
    const graph = await first.json<{ graph_id: string }>('/graphs', { method: 'POST', headers, body });
    const { run_id } = await first.post<{ run_id: string }>('/runs?wait=20', { graph_id: graph.graph_id });
    const { access_token } = await first.json<{ access_token: string }>('/auth/token', { method: 'POST', headers });
    const { token } = await first.post<{ token: string }>('/auth/stream-token', { run_id });
    const secrets = [key, key.slice(13), access_token, token, SECRET];

    const told: string[] = [];
    for (const path of [
      `/runs/${run_id}/stream?access_token=${token}`,
      `/runs/${run_id}/stream?access_token=${token}&nonsense=1`,
      `/runs/r_01jd9x3k5r7s8t9v0w1x2y3z4a/stream?access_token=${token}`,
      `/nowhere?access_token=${token}`,
      `/events?access_token=${token}`,
      `/runs?access_token=${token}`,
      `/runs?api_key=${key}`,
      '/config',
      `/api-keys/${key_id}`,
      '/api-keys',
    ]) {
      for (const sent of [
        {},
        { 'X-API-Key': '' },
        { 'X-API-Key': `${key}x` },
        { 'X-API-Key': '', Authorization: `Bearer ${access_token}` },
      ]) {
        const answer = await first.request(path, { headers: sent, signal: AbortSignal.timeout(10_000) });
        if (/event-stream/.test(answer.headers.get('content-type') ?? '') && path.startsWith('/events')) {
          await answer.body?.cancel();
        } else told.push(await answer.text(), JSON.stringify([...answer.headers]));
      }
    }
    expect(secrets.filter((secret) => told.join('\n').includes(secret))).toEqual([]);
    await waitFor('the requests to be logged', () => first.log.includes('/api-keys'));
    expect(await first.stop('SIGTERM')).toBe(0);
    expect(secrets.filter((secret) => first.log.includes(secret))).toEqual([]);
    expect(secrets.flatMap(filesHold)).toEqual([]);

    const second = await start();
    for (const sent of [headers, { 'X-API-Key': '', Authorization: `Bearer ${access_token}` }]) {
      expect((await second.request('/runs', { headers: sent })).status).toBe(200);
    }
    expect(
      (await second.request(`/runs/${run_id}/stream?access_token=${token}`, { headers: { 'X-API-Key': '' } })).status,
    ).toBe(200);
  });
});
