import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { mapEnvironment } from './map-environment.js';
import { maskedConfig } from './masking.js';
import { renderEnvExample } from './render-env-example.js';

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
});
