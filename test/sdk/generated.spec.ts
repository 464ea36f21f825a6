import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { useApi } from '../support/use-api.js';

const read = (name: string): unknown => JSON.parse(readFileSync(`sdk/${name}`, 'utf8'));

describe('What is generated under sdk/', () => {
  const api = useApi();

  it('has the document that the service serves', async () => {
    const { body } = await api.get('/openapi.json');
    expect(JSON.stringify(read('openapi.json'))).toBe(JSON.stringify(body));
  });

  it('keeps the name of every operation: renaming one breaks clients', async () => {
    const { paths } = (await api.get('/openapi.json')).body as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const served = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [operationId, `${method.toUpperCase()} ${path}`]),
    );
    expect(Object.fromEntries(served)).toEqual(read('operations.json'));
  });

  it('has a method of the client for every operation but probes and metrics', () => {
    const folder = 'sdk/typescript/src';
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'index.ts');
    const byHand = files.map((name) => readFileSync(`${folder}/${name}`, 'utf8')).join('');
    // Streams are read by hand.
    const streams = { streamRun: '/stream`', streamEvents: "'/events'" } as Readonly<Record<string, string>>;
    const without = Object.keys(read('operations.json') as object).filter(
      (name) => !byHand.includes(streams[name] ?? `await ${name}(`),
    );
    expect(without).toEqual(['getLiveness', 'getMetrics', 'getReadiness', 'getStartup']);
  });

  it('is what `npm run sdk` would write', async () => {
    const check = promisify(execFile)(process.execPath, ['scripts/sdk.mjs', '--check']);
    const { stderr } = await check.catch((error: { stderr: string }) => error);
    expect(stderr).not.toContain('stale');
    await expect(check).resolves.toBeDefined();
  });
});
