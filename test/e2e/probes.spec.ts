import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltService } from '../support/built-service.js';
import { MetricValues } from '../support/metric-values.js';
import { useApi } from '../support/use-api.js';

/** What the check of the database reads. */
const STATEMENT = /SELECT 1 FROM "?runs"? LIMIT 1/;

describe('the probes of a running service', () => {
  const api = useApi();
  const stranger = (path: string): Promise<Response> => fetch(`${api.url}${path}`);

  it('tell an administrator of each dependency, and strangers nothing but that it works', async () => {
    const check = { ok: true, latency_ms: expect.any(Number), checked_at: expect.stringMatching(/Z$/) };
    for (const path of ['/health/ready', '/health/startup']) {
      const answer = await api.get(path);
      expect(answer).toMatchObject({ status: 200, body: { status: 'ok', checks: { database: check, engine: check } } });
      expect(await (await stranger(path)).json()).toEqual({ status: 'ok' });
    }
    expect(await (await stranger('/health/live')).json()).toEqual({ status: 'ok' });
  });

  it('are what the metrics tell', async () => {
    const values = new MetricValues((await api.get('/metrics')).body as string);
    expect(values.of('wand_ready')).toBe(1);
    expect(Object.keys(values.labelsOf('wand_build_info'))).toEqual([
      expect.stringMatching(/^version="\d+\.\d+\.\d+"$/),
    ]);
  });
});

describe('a thousand probes', () => {
  let folder: string;
  let service: BuiltService;

  const start = async (interval: string): Promise<void> => {
    folder = mkdtempSync(join(tmpdir(), 'wand-probes-'));
    service = await BuiltService.start({
      database: join(folder, 'wand.db'),
      env: { DATABASE__ECHO_SQL: 'true', MONITORING__HEALTH_CHECK_INTERVAL: interval },
    });
  };
  afterEach(async () => {
    await service.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const statements = (): number => service.log.split(STATEMENT).length - 1;
  const probe = async (path: string): Promise<void> => {
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => fetch(service.url + path)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  };

  it('make one statement per interval', async () => {
    await start('60');
    for (const path of ['/health', '/health/live', '/health/startup', '/health/ready']) await probe(path);
    expect(await service.stop('SIGTERM')).toBe(0);
    // The one that told the test that the service is ready.
    expect(statements()).toBe(1);
  });

  it('make a statement each where nothing is to be reused', async () => {
    await start('0');
    for (let round = 0; round < 3; round++) expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    expect(await service.stop('SIGTERM')).toBe(0);
    expect(statements()).toBeGreaterThanOrEqual(4);
  });
});
