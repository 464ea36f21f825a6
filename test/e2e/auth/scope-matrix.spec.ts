import { SCOPES, type Scope } from '../../../src/auth/access/index.js';
import { makeKey, withKey } from '../../support/auth-client.js';
import { DEVELOPMENT } from '../../support/development.js';
import { useApi } from '../../support/use-api.js';

interface Operation {
  readonly operationId: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

const IDS: Readonly<Record<string, string>> = {
  graph_id: 'g_01jd9x3k5r7s8t9v0w1x2y3z4a',
  run_id: 'r_01jd9x3k5r7s8t9v0w1x2y3z4a',
  key_id: 'k_01jd9x3k5r7s8t9v0w1x2y3z4a',
};

describe('Every operation of the document', () => {
  // Elsewhere changing the configuration is refused to everybody.
  const api = useApi({ env: DEVELOPMENT });
  const operations: { name: string; method: string; path: string; scope: string | undefined; isPublic: boolean }[] = [];
  const keys = new Map<Scope, string>();
  let allBut: ReadonlyMap<Scope, string>;

  beforeAll(async () => {
    const document = (await api.get('/openapi.json')).body as {
      paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    };
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { operationId, security = [] }] of Object.entries(methods)) {
        const scope = security.flatMap((requirement) => requirement['apiKey'] ?? [])[0];
        const isPublic = security.some((requirement) => Object.keys(requirement).length === 0);
        const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => IDS[name] ?? 'x');
        operations.push({ name: operationId, method: method.toUpperCase(), path: filled, scope, isPublic });
      }
    }
    for (const scope of SCOPES) keys.set(scope, (await makeKey(api, { scopes: [scope] })).key);
    const others = SCOPES.filter((scope) => scope !== 'admin').map(async (scope) => {
      const scopes = SCOPES.filter((other) => other !== scope && other !== 'admin');
      return [scope, (await makeKey(api, { scopes })).key] as const;
    });
    allBut = new Map(await Promise.all(others));
  });

  const call = async (
    method: string,
    path: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; text: string }> => {
    const answer = await api.fetch(path, { method, headers, signal: AbortSignal.timeout(5_000) });
    if (/event-stream/.test(answer.headers.get('content-type') ?? '')) {
      await answer.body?.cancel();
      return { status: answer.status, text: '' };
    }
    return { status: answer.status, text: await answer.text() };
  };

  it('is public or says which scope it takes, one that exists; tokens take any caller', () => {
    const silent = operations.filter(({ isPublic, scope }) => !isPublic && scope === undefined);
    expect(silent.map(({ name }) => name)).toEqual(['createToken']);
    const unknown = operations.filter(
      ({ scope }) => scope !== undefined && !(SCOPES as readonly string[]).includes(scope),
    );
    expect(unknown).toEqual([]);
    expect(operations.length).toBeGreaterThan(25);
  });

  it('that is not public is closed to strangers', async () => {
    const open: string[] = [];
    for (const { name, method, path, isPublic } of operations) {
      if (isPublic) continue;
      if ((await call(method, path, { 'X-API-Key': '' })).status !== 401) open.push(name);
    }
    expect(open).toEqual([]);
  });

  it('is open to a key with its scope alone, and to admin', async () => {
    const refused: string[] = [];
    for (const { name, method, path, scope } of operations) {
      if (scope === undefined) continue;
      for (const holder of [scope as Scope, 'admin'] as const) {
        const { status } = await call(method, path, withKey(keys.get(holder) ?? '').headers);
        if (status === 401 || status === 403) refused.push(`${name} to ${holder}`);
      }
    }
    expect(refused).toEqual([]);
  });

  it('is closed to a key with every other scope, and says which one is missing', async () => {
    const wrong: string[] = [];
    for (const { name, method, path, scope } of operations) {
      if (scope === undefined) continue;
      const { status, text } = await call(method, path, withKey(allBut.get(scope as Scope) ?? '').headers);
      if (status !== 403 || !text.includes(`the scope \\"${scope}\\"`)) wrong.push(`${name}: ${status} ${text}`);
    }
    expect(wrong).toEqual([]);
  });
});
