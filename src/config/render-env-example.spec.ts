import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ENVIRONMENTS } from './app.config.js';
import { mapEnvironment } from './map-environment.js';
import { maskedConfig } from './masking.js';
import { renderEnvExample } from './render-env-example.js';
import { CONFIG_KEYS } from './schema/schema.js';

describe('.env.example', () => {
  it('is what the schema says', () => {
    expect(readFileSync(join(__dirname, '..', '..', '.env.example'), 'utf8')).toBe(renderEnvExample());
  });

  it('names every key with its default, so that uncommenting all changes nothing', () => {
    const uncommented = renderEnvExample().replace(/^#(?=[A-Z_]+=)/gm, '');
    const env = parseEnv(uncommented);
    const { config, unknownKeys } = mapEnvironment(env);
    expect(unknownKeys).toEqual([]);
    expect(maskedConfig(config)).toEqual(maskedConfig(mapEnvironment({}).config));
    expect(Object.keys(env).sort()).toEqual(Object.keys(maskedConfig(config)).sort());
  });

  it('says of each default how it differs between environments, as config/<ENVIRONMENT>.env has it', () => {
    const files = ENVIRONMENTS.map((environment) => ({
      environment,
      values: parseEnv(readFileSync(join(__dirname, '..', '..', 'config', `${environment}.env`), 'utf8')),
    }));
    for (const { env, defaultNote } of CONFIG_KEYS) {
      const byValue = Map.groupBy(
        files.filter(({ values }) => values[env] !== undefined),
        ({ values }) => values[env],
      );
      const parts = [...byValue].map(
        ([value, group]) => `${value} in ${group.map(({ environment }) => environment).join(' and ')}`,
      );
      expect({ env, defaultNote }).toEqual({ env, defaultNote: parts.length === 0 ? undefined : parts.join(', ') });
    }
  });
});
