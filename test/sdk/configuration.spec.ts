import { DEVELOPMENT } from '../support/development.js';
import { useApi } from '../support/use-api.js';
import { clientOf, errorOf } from './support/use-client.js';

describe('The configuration by the TypeScript client', () => {
  const api = useApi({ env: DEVELOPMENT });
  const wand = () => clientOf(api.url);

  it('is read with where each value comes from, and no secret', async () => {
    const { environment, values, sources } = await wand().config.get();
    expect([environment, values['ENVIRONMENT'], sources['ENVIRONMENT']]).toEqual([
      'development',
      'development',
      'environment',
    ]);
    expect([values['SECURITY__API_KEY'], sources['EXECUTION__MAX_RETRIES']]).toEqual(['********', 'default']);
  });

  it('is judged', async () => {
    expect(await wand().config.validate()).toMatchObject({ valid: true, errors: [] });
  });

  it('is changed and changed back', async () => {
    const before = await wand().config.get();
    const changed = await wand().config.change({ EXECUTION__MAX_RETRIES: 7, LOGGING__LEVEL: 'ERROR' });
    expect([changed.values['EXECUTION__MAX_RETRIES'], changed.sources['EXECUTION__MAX_RETRIES']]).toEqual([
      7,
      'runtime',
    ]);
    expect(await wand().config.change({ EXECUTION__MAX_RETRIES: null, LOGGING__LEVEL: null })).toEqual(before);
  });

  it('is not changed by what it does not take, and the error says where', async () => {
    expect(await errorOf(wand().config.change({ EXECUTION__MAX_RETRIES: 11 }))).toMatchObject({
      code: 'config-invalid',
      errors: [{ pointer: '/EXECUTION__MAX_RETRIES', code: 'invalid-value' }],
    });
  });
});
