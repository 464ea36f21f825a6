import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../test/support/wait-for.js';
import { ConfigReloader } from './config-reloader.js';
import { LiveConfig } from './live-config.js';
import { loadConfig } from './load-config.js';

describe('ConfigReloader', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-reloader-'));
  });
  afterEach(() => {
    jest.useRealTimers();
    rmSync(folder, { recursive: true });
  });

  const load = (environment: string) => {
    const env = { ENVIRONMENT: environment, SECURITY__API_KEY: 'a-long-enough-key-for-anything' };
    const loaded = loadConfig({ env, cwd: folder, packageRoot: folder });
    const live = new LiveConfig(loaded);
    const reload = jest.spyOn(live, 'reload');
    return { loaded, reload, reloader: new ConfigReloader(loaded.config, loaded, live) };
  };
  /** At once: a look in the middle would see two changes. */
  const dotEnv = (text: string): void => {
    writeFileSync(join(folder, 'new'), text);
    renameSync(join(folder, 'new'), join(folder, '.env'));
  };

  it.each(['testing', 'staging', 'production'])('looks at no file in %s', (environment) => {
    jest.useFakeTimers();
    const { reloader } = load(environment);
    reloader.start();
    expect(jest.getTimerCount()).toBe(0);
    reloader.onModuleDestroy();
  });

  it('sees what has changed between the reading of the files and its start', async () => {
    const { loaded, reloader } = load('development');
    dotEnv('EXECUTION__MAX_RETRIES=7\n');
    reloader.start();
    await waitFor('the change to be seen', () => loaded.config.execution.maxRetries === 7);
    reloader.onModuleDestroy();
  });

  it('reads the files once for each change, and not once it is closed', async () => {
    const { loaded, reload, reloader } = load('development');
    reloader.start();
    await waitFor('the first look', () => reload.mock.calls.length === 1);
    dotEnv('EXECUTION__MAX_RETRIES=7\n');
    await waitFor('the change to be seen', () => loaded.config.execution.maxRetries === 7);
    rmSync(join(folder, '.env'));
    await waitFor('the removal to be seen', () => loaded.config.execution.maxRetries === 3);
    expect(reload).toHaveBeenCalledTimes(3);
    jest.useFakeTimers();
    reloader.onModuleDestroy();
    expect(jest.getTimerCount()).toBe(0);
  });
});
