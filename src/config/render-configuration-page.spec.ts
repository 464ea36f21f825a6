import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderConfigurationPage } from './render-configuration-page.js';
import { CONFIG_KEYS } from './schema/schema.js';

describe('docs/configuration.md', () => {
  it('is what the schema says', () => {
    const page = readFileSync(join(__dirname, '..', '..', 'docs', 'configuration.md'), 'utf8');
    expect(page).toBe(renderConfigurationPage());
  });

  it('has one heading for every key', () => {
    const headings = [...renderConfigurationPage().matchAll(/^### `(\w+)`$/gm)].map(([, name]) => name);
    expect(headings).toEqual(CONFIG_KEYS.map((key) => key.env));
  });

  it('says which keys are reloadable or secret', () => {
    const text = renderConfigurationPage();
    const paragraph = (name: string): string => text.split(`### \`${name}\`\n`)[1]?.split('\n### ')[0] ?? '';
    expect(paragraph('EXECUTION__MAX_RETRIES')).toContain('Reloadable.');
    expect(paragraph('DATABASE__URL')).not.toContain('Reloadable.');
    expect(paragraph('SECURITY__API_KEY')).toContain('Secret.');
  });
});
