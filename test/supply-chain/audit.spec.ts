import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SCRIPT = resolve('scripts/audit.mjs');
const ADVISORIES = '/-/npm/v1/security/advisories/bulk';

interface Verdict {
  readonly code: number;
  readonly text: string;
}

/** A registry that knows one advisory, or none, or has no such endpoint. */
function registry(severity: string | undefined): Server {
  return createServer((request, response) => {
    if (severity === undefined || request.url !== ADVISORIES) return void response.writeHead(404).end('{}');
    const advisory = {
      id: 1,
      url: 'https://advisories.example/1',
      title: 'a hole',
      severity,
      vulnerable_versions: '<9',
    };
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ holed: [advisory] }));
  });
}

describe('npm run audit', () => {
  let folder: string;
  let server: Server | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-audit-'));
    const manifest = { name: 'audited', version: '1.0.0', dependencies: { holed: '1.0.0' } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    const packages = { '': manifest, 'node_modules/holed': { version: '1.0.0', integrity: 'sha512-AA==' } };
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ name: 'audited', lockfileVersion: 3, packages }));
  });

  afterEach(() => {
    server?.close();
    rmSync(folder, { recursive: true });
  });

  async function audit(severity: string | undefined, env: Readonly<Record<string, string>> = {}): Promise<Verdict> {
    server = registry(severity).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const config = { npm_config_registry: `http://127.0.0.1:${port}`, npm_config_cache: folder, ...env };
    const options = { cwd: folder, env: { ...process.env, npm_config_fetch_retries: '0', ...config } };
    return new Promise((done) => {
      execFile(process.execPath, [SCRIPT], options, (error, stdout) =>
        done({ code: error === null ? 0 : Number(error.code), text: stdout }),
      );
    });
  }

  it.each(['high', 'critical'])('fails on a vulnerability of severity %s and names the package', async (severity) => {
    expect(await audit(severity)).toEqual({ code: 1, text: expect.stringContaining(`holed: ${severity}, a hole`) });
  });

  it('passes on a moderate one and counts it', async () => {
    const text = expect.stringContaining('good: 1 known vulnerabilities');
    expect(await audit('moderate')).toEqual({ code: 0, text });
  });

  it('says aloud that a registry cannot be asked, and does not name it', async () => {
    const { code, text } = await audit(undefined);
    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('could not be asked about vulnerab') });
    expect(text).not.toContain('127.0.0.1');
  });

  it('fails then where an audit is required', async () => {
    expect(await audit(undefined, { REQUIRE_AUDIT: '1' })).toMatchObject({ code: 1 });
  });
});

describe('CI', () => {
  it('runs the audit', () => {
    expect(readFileSync('.ci/run', 'utf8')).toContain('npm run --silent audit');
  });
});
