import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, faultLine } from './config.errors.js';
import { loadConfig } from './load-config.js';
import type { EnvironmentRecord } from './variables.js';

describe('the suffix _FILE', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-config-'));
    mkdirSync(join(folder, 'config'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const load = (env: EnvironmentRecord) => loadConfig({ env, cwd: folder, packageRoot: folder });
  const faultsOf = (env: EnvironmentRecord): string[] => {
    try {
      load(env);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.faults.map(faultLine);
    }
  };

  it('reads the value of a key from a file', () => {
    const { config, warnings } = load({ SECURITY__API_KEY_FILE: write('key', 'mounted-key-0123456789\n') });
    expect(config.security.apiKey).toBe('mounted-key-0123456789');
    expect(warnings).toEqual([]);
  });

  it('works for keys of every kind, and for the one that chooses the environment', () => {
    write('config/testing.env', `EXECUTION__MAX_RETRIES_FILE=${write('retries', '7')}\n`);
    const { config } = load({
      ENVIRONMENT_FILE: write('environment', 'testing\n'),
      SECURITY__CORS_ORIGINS_FILE: write('origins', '["https://a.example"]\n'),
      LOGGING__FILE_PATH_FILE: write('path', 'wand.log'),
    });
    expect(config).toMatchObject({
      environment: 'testing',
      execution: { maxRetries: 7 },
      security: { corsOrigins: ['https://a.example'] },
      logging: { filePath: 'wand.log' },
    });
  });

  it('takes a path relative to the folder of .env', () => {
    write('key', 'mounted-key-0123456789');
    write('.env', 'SECURITY__API_KEY_FILE=key\n');
    expect(load({}).config.security.apiKey).toBe('mounted-key-0123456789');
  });

  it.each([
    [{ PORT: '1' }, 'PORT_FILE=port', 1],
    [{ PORT_FILE: 'port' }, 'PORT=1', 9],
    [{ PORT_FILE: '' }, 'PORT=1', 1],
    [{ PORT: '', PORT_FILE: 'port' }, '', 9],
  ])('has the rank of the source that it stands in: %j over %j gives %d', (env, dotEnv, port) => {
    write('port', '9');
    write('.env', dotEnv);
    expect(load(env).config.port).toBe(port);
  });

  it('reads no file whose value is overruled', () => {
    write('.env', 'PORT_FILE=none\n');
    expect(load({ PORT: '1' }).config.port).toBe(1);
  });

  it('is refused beside the key itself in one source', () => {
    write('.env', `PORT=1\nPORT_FILE=${write('port', '9')}\n`);
    expect(faultsOf({})).toEqual(['PORT_FILE: got a file while PORT is set too, takes either of them alone']);
  });

  it('says which file cannot be read and why, in the order of the schema and without secrets', () => {
    const lines = faultsOf({
      ENVIRONMENT: 'production',
      PORT_FILE: 'none',
      SECURITY__API_KEY_FILE: 'the-secret-itself',
      LOGGING__LEVEL: 'LOUD',
    });
    expect(lines).toEqual([
      'PORT_FILE: got "none", takes the path of a file that can be read (ENOENT)',
      'SECURITY__API_KEY_FILE: got ********, takes the path of a file that can be read (ENOENT)',
      'LOGGING__LEVEL: got "LOUD", takes one of DEBUG, INFO, WARNING, ERROR, CRITICAL',
    ]);
  });

  it('never shows what a file holds that the key does not take', () => {
    expect(faultsOf({ PORT_FILE: write('port', 'root:x:0:0') })).toEqual([
      'PORT: got what PORT_FILE holds, takes an integer from 0 to 65535',
    ]);
  });

  it('is no suffix of what is no key', () => {
    const { warnings } = load({ EXECUTION__NOTHING_FILE: 'x', OTHER_FILE: 'none', SECURITY__API_KEY: 'a'.repeat(20) });
    expect(warnings).toEqual([
      expect.stringContaining('EXECUTION__NOTHING_FILE is not a key of this version and has no effect'),
    ]);
  });
});

describe('.env', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-config-'));
    path = join(folder, '.env');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const load = () => loadConfig({ env: { ENVIRONMENT: 'testing' }, cwd: folder, packageRoot: folder });

  it('may begin with a byte order mark, and end its lines as Windows does', () => {
    writeFileSync(path, '\uFEFFEXECUTION__MAX_RETRIES=7\r\nPORT=8123\r\n');
    expect(load().config).toMatchObject({ execution: { maxRetries: 7 }, port: 8123 });
  });

  it.each<[string, () => void, string]>([
    ['a folder', () => mkdirSync(path), 'a file that is neither a folder nor a device'],
    [
      'a pipe',
      () => execFileSync('sh', ['-c', 'mkfifo .env'], { cwd: folder }),
      'a file that is neither a folder nor a device',
    ],
    ['UTF-16', () => writeFileSync(path, '\uFEFFPORT=8123\n', 'utf16le'), 'a file that holds UTF-8 text'],
    ['very large', () => writeFileSync(path, '#'.repeat(1_048_577)), 'a file of at most 1048576 bytes'],
  ])('is a fault when it is %s', (_what, make, takes) => {
    make();
    expect(load).toThrow(new ConfigError([{ key: '.env', got: 'what cannot be read', takes }]));
  });
});
