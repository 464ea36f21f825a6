import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mapEnvironment, renderEnvExample } from '../../config/index.js';
import { parseEnv } from 'node:util';
import { generateApiKey, renderEnvFile, writeSecretFile } from './env-file.js';

describe('renderEnvFile', () => {
  it('makes a file that the configuration takes', () => {
    const key = generateApiKey();
    const text = renderEnvFile(renderEnvExample(), { ENVIRONMENT: 'production', SECURITY__API_KEY: key });
    const { config, unknownKeys } = mapEnvironment(parseEnv(text));
    expect(config).toMatchObject({ environment: 'production', security: { apiKey: key } });
    expect(unknownKeys).toEqual([]);
  });

  it('takes a value literally, whatever it holds', () => {
    expect(renderEnvFile('#A=\n', { A: '$&x' })).toBe('A=$&x\n');
  });

  it('fails when the example lacks a variable', () => {
    expect(() => renderEnvFile('#A=\n', { B: '1' })).toThrow('the example has no B');
  });
});

describe('generateApiKey', () => {
  it('gives 32 random bytes, another each time', () => {
    expect(generateApiKey()).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(generateApiKey()).not.toBe(generateApiKey());
  });
});

describe('writeSecretFile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wand-setup-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes a file that only its owner can read', async () => {
    const path = join(folder, '.env');
    expect(await writeSecretFile(path, 'A=1', { replace: false })).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('leaves an existing file alone, and replaces it when told to', async () => {
    const path = join(folder, '.env');
    await writeFile(path, 'mine', { mode: 0o644 });
    expect(await writeSecretFile(path, 'A=1', { replace: false })).toBe(false);
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect(await writeSecretFile(path, 'A=1', { replace: true })).toBe(true);
    expect(await readFile(path, 'utf8')).toBe('A=1');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
