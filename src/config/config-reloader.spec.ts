import fs from 'node:fs';
import { ConfigReloader } from './config-reloader.js';
import { LiveConfig } from './live-config.js';
import { loadConfig } from './load-config.js';

describe('ConfigReloader', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync('/tmp/wand-reloader-');
  });
  afterEach(() => {
    jest.restoreAllMocks();
    fs.rmSync(folder, { recursive: true });
  });

  const reloaderOf = (environment: string): ConfigReloader => {
    const env = { ENVIRONMENT: environment, SECURITY__API_KEY: 'a-long-enough-key' };
    const loaded = loadConfig({ env, cwd: folder, packageRoot: folder });
    return new ConfigReloader(loaded.config, loaded, new LiveConfig(loaded));
  };

  it.each(['testing', 'staging', 'production'])('looks at no file in %s', (environment) => {
    const watchFile = jest.spyOn(fs, 'watchFile');
    const reloader = reloaderOf(environment);
    reloader.start();
    expect(watchFile).not.toHaveBeenCalled();
    reloader.onModuleDestroy();
  });

  it('looks at both files in development, and at none once it is closed', () => {
    const watchFile = jest.spyOn(fs, 'watchFile');
    const unwatchFile = jest.spyOn(fs, 'unwatchFile');
    const reloader = reloaderOf('development');
    reloader.start();
    const watched = watchFile.mock.calls.map(([path]) => path);
    expect(watched).toEqual([`${folder}/.env`, `${folder}/config/development.env`]);
    reloader.onModuleDestroy();
    expect(unwatchFile.mock.calls.map(([path]) => path)).toEqual(watched);
  });
});
