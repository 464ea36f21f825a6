import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SecretRegistry } from '../../config/index.js';
import type { CliContext } from '../cli-context.js';
import { loadLocalConfig } from './local-config.js';
import { StderrLogger } from './stderr-logger.js';

describe('loadLocalConfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wand-local-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const load = (env: Record<string, string>, allowedHost?: string) => {
    const stream = new PassThrough();
    const context: CliContext = {
      packageRoot: resolve(__dirname, '..', '..', '..'),
      version: '0.0.0',
      cwd: folder,
      env,
      stdin: stream,
      stdout: stream,
      stderr: stream,
    };
    return loadLocalConfig(context, { allowedHost }).config;
  };

  it('keeps everything in memory and touches no log file, whatever the configuration says', () => {
    const config = load({ DATABASE__URL: 'sqlite:///./mine.db', LOGGING__FILE_PATH: 'wand.log' });
    expect(config.database.url).toBe('sqlite::memory:');
    expect(config.logging.filePath).toBeUndefined();
  });

  it('needs no key in production', () => {
    expect(load({ ENVIRONMENT: 'production' }).environment).toBe('production');
  });

  it('takes everything else from the configuration, and refuses a faulty one', () => {
    expect(load({ EXECUTION__MAX_RETRIES: '7' }).execution.maxRetries).toBe(7);
    expect(() => load({ EXECUTION__MAX_RETRIES: 'many' })).toThrow('EXECUTION__MAX_RETRIES: got "many"');
  });

  it('lets agents call the given host, and opens nothing else', () => {
    const { security } = load({ ENVIRONMENT: 'production' }, '127.0.0.1:9');
    expect(security).toMatchObject({ httpAllowedHosts: ['127.0.0.1:9'], httpAllowPrivate: false });
  });
});

describe('StderrLogger', () => {
  it('writes warnings and errors, with the sentence that stands beside details', async () => {
    const out = new PassThrough();
    const logger = new StderrLogger(out, new SecretRegistry(['opensesame']));
    logger.log();
    logger.warn({ err: new Error('hidden') }, 'the lease could not be renewed', 'DatabaseLease');
    logger.error(new Error('boom'), 'stack', 'Somewhere');
    logger.fatal('plain, not opensesame');
    out.end();
    expect(await text(out)).toBe('warning: the lease could not be renewed\nerror: boom\nerror: plain, not ***\n');
  });
});
