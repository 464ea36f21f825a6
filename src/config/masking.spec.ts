import { mapEnvironment } from './map-environment.js';
import { maskedConfig } from './masking.js';

describe('maskedConfig', () => {
  it('shows every key by the name of its variable and no secret', () => {
    const { config } = mapEnvironment({ SECURITY__API_KEY: 'top-secret', PORT: '9' });
    const shown = maskedConfig(config);
    expect(shown).toMatchObject({ PORT: 9, SECURITY__API_KEY: '********', LOGGING__FILE_PATH: null });
    expect(JSON.stringify(shown)).not.toContain('top-secret');
  });

  it('tells a missing secret from one that is set', () => {
    expect(maskedConfig(mapEnvironment({}).config)['SECURITY__API_KEY']).toBeNull();
  });
});
