import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { ConfigError } from './config.errors.js';
import { LiveConfig } from './live-config.js';
import { loadConfig } from './load-config.js';

describe('LiveConfig', () => {
  let folder: string;
  let lines: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-live-'));
    lines = [];
    const keep = (line: unknown): void => void lines.push(String(line));
    jest.spyOn(Logger.prototype, 'log').mockImplementation(keep);
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(keep);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const start = (env: Record<string, string> = {}) => {
    const { config, ...loaded } = loadConfig({ env: { HOST: '127.0.0.1', ...env }, cwd: folder, packageRoot: folder });
    return { config, live: new LiveConfig({ config, ...loaded }) };
  };

  it('changes the very object that everybody holds, and its sections', () => {
    const { config, live } = start();
    const { execution } = config;
    live.override(
      new Map([
        ['EXECUTION__MAX_RETRIES', '5'],
        ['SHUTDOWN_GRACE_SEC', '1'],
      ]),
    );
    expect([execution.maxRetries, config.shutdownGraceSec]).toEqual([5, 1]);
    expect(() => Object.assign(execution, { maxRetries: 1 })).toThrow(TypeError);
  });

  it('changes nothing and tells nobody when one value is at fault', () => {
    const { config, live } = start();
    const heard = jest.fn();
    live.onChange(heard);
    const texts = new Map([
      ['EXECUTION__MAX_RETRIES', '5'],
      ['LOGGING__LEVEL', 'LOUD'],
    ]);
    expect(() => live.override(texts)).toThrow(ConfigError);
    expect(config.execution.maxRetries).toBe(3);
    expect(heard).not.toHaveBeenCalled();
    expect(lines).toEqual([]);
  });

  it('logs one line for each key that changes, with the old value and the new one', () => {
    const { live } = start();
    live.override(
      new Map([
        ['EXECUTION__MAX_RETRIES', '5'],
        ['EXECUTION__RETRY_JITTER', 'full'],
        ['DEBUG', 'false'],
      ]),
    );
    expect(lines).toEqual([
      'EXECUTION__MAX_RETRIES changed from 3 to 5',
      'EXECUTION__RETRY_JITTER changed from equal to full',
    ]);
  });

  it.each([
    ['ERROR', ['line', 'listener']],
    ['DEBUG', ['listener', 'line']],
  ])('tells of a change of the level while it can be heard: to %s', (level, order) => {
    const { live } = start();
    const happened: string[] = [];
    jest.spyOn(Logger.prototype, 'log').mockImplementation(() => void happened.push('line'));
    live.onChange(() => happened.push('listener'));
    live.override(new Map([['LOGGING__LEVEL', level]]));
    expect(happened).toEqual(order);
  });

  it('logs at the level that was asked for last, even where a weaker source sets DEBUG', () => {
    write('.env', 'DEBUG=true\n');
    const { config, live } = start();
    expect(config.logging.effectiveLevel).toBe('DEBUG');
    live.override(new Map([['LOGGING__LEVEL', 'ERROR']]));
    expect(config).toMatchObject({ debug: true, logging: { effectiveLevel: 'ERROR' } });
    live.override(new Map([['DEBUG', 'true']]));
    expect(config.logging.effectiveLevel).toBe('DEBUG');
  });

  it('reads mounted files again', () => {
    write('retries', '4');
    const { config, live } = start({ EXECUTION__MAX_RETRIES_FILE: 'retries' });
    write('retries', '6');
    live.reload();
    expect(config.execution.maxRetries).toBe(6);
    rmSync(join(folder, 'retries'));
    expect(() => live.reload()).toThrow('EXECUTION__MAX_RETRIES_FILE: got "retries", takes the path of a file');
    expect(config.execution.maxRetries).toBe(6);
  });

  it('keeps the file of the environment that it runs in, whatever .env calls it now', () => {
    const { config, live } = start();
    write('.env', 'ENVIRONMENT=testing\nEXECUTION__MAX_RETRIES=1\n');
    live.reload();
    expect(config).toMatchObject({ environment: 'development', execution: { maxRetries: 1 } });
    expect(lines).toContain('ENVIRONMENT would be testing instead of development: that needs a restart');
  });

  it('says that a changed variable of templates needs a restart, and not what it is', () => {
    write('.env', 'PLUGINS__ALLOWED_ENV=["A_TOKEN"]\nA_TOKEN=old-token\n');
    const { live } = start();
    write('.env', 'PLUGINS__ALLOWED_ENV=["A_TOKEN"]\nA_TOKEN=new-token\nSECURITY__API_KEY=a-long-enough-key\n');
    live.reload();
    expect(lines).toEqual([
      'SECURITY__API_KEY would be ******** instead of nothing: that needs a restart',
      'A_TOKEN, which templates may read, changed: that needs a restart',
    ]);
  });

  it('warns of what the configuration in use is like now', () => {
    const { live } = start({ SECURITY__API_KEY: 'a-long-enough-key' });
    expect(live.warnings).toEqual([]);
    write('.env', 'EXECUTION__MAX_RETRYS=1\n');
    live.reload();
    expect(live.warnings).toEqual([expect.stringContaining('the nearest one is EXECUTION__MAX_RETRIES')]);
  });
});
