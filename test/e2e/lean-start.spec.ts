import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BuiltService } from '../support/built-service.js';

/** Large, and of use only to those who ask for what they do. */
const ON_DEMAND = [
  '@opentelemetry/api',
  '@opentelemetry/sdk-trace-base',
  '@resvg/resvg-js',
  'commander',
  'echarts',
  'ioredis',
  'jose',
  'pino-pretty',
  'pino-roll',
  'prom-client',
  'undici',
];

describe('A service that has just been started', () => {
  let folder: string;
  let list: string;
  let service: BuiltService;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-lean-'));
    list = join(folder, 'packages.json');
    service = await BuiltService.start({
      database: join(folder, 'wand.db'),
      nodeArgs: ['--import', resolve('test/support/loaded-packages.mjs')],
      env: { LOADED_PACKAGES: list },
    });
  });
  afterEach(async () => {
    await service.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const loadedInTheEnd = async (): Promise<readonly string[]> => {
    expect(await service.stop('SIGTERM')).toBe(0);
    return JSON.parse(readFileSync(list, 'utf8')) as string[];
  };

  it('runs graphs without a large library that this does not take', async () => {
    const nodes = [{ id: 'a', type: 'agent.echo' }];
    const { graph_id } = await service.post<{ graph_id: string }>('/graphs', { name: 'echo', nodes, edges: [] });
    expect(await service.post('/runs?wait=20', { graph_id })).toMatchObject({ status: 'SUCCESS' });
    const loaded = await loadedInTheEnd();
    expect(loaded).toEqual(expect.arrayContaining(['@nestjs/core', 'better-sqlite3', 'pino', 'typeorm', 'zod']));
    expect(loaded.filter((name) => ON_DEMAND.includes(name))).toEqual([]);
  });

  it('loads what metrics take when somebody asks for them', async () => {
    expect((await service.request('/metrics')).status).toBe(200);
    expect(await loadedInTheEnd()).toContain('prom-client');
  });
});
