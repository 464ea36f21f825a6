import { AppConfig } from '../app.config.js';
import { mapEnvironment } from '../map-environment.js';
import { configuredSecrets, templateSecrets } from './configured-secrets.js';

/** A configuration with a URL where none of today's keys takes one with a password. */
const withUrl = (url: string): AppConfig => {
  const { config } = mapEnvironment({});
  return { ...config, database: { ...config.database, url } };
};

describe('configuredSecrets', () => {
  it('holds the values of secret keys', () => {
    expect(configuredSecrets(mapEnvironment({ SECURITY__API_KEY: 'top-secret' }).config)).toEqual(['top-secret']);
    expect(configuredSecrets(new AppConfig())).toEqual([]);
  });

  it.each([
    ['postgres://wand:p%40ss-word@db.example/wand', ['p%40ss-word', 'p@ss-word']],
    ['redis://:only-a-password@cache:6379/0', ['only-a-password', 'only-a-password']],
    ['postgres://postgres@db.example/wand', []],
    ['https://0123456789abcdef0123@collector.example', ['0123456789abcdef0123', '0123456789abcdef0123']],
    ['mysql://db.example/wand?user=u&sslpassword=hidden#x', ['hidden']],
    ['sqlite:////data/a@b.db', []],
  ])('finds in %s the passwords %j', (url, secrets) => {
    expect(configuredSecrets(withUrl(url))).toEqual(secrets);
  });

  it('looks into what a secret is made of', () => {
    const headers = JSON.stringify({ Authorization: 'Bearer abcdefgh', 'x-team': 'ijklmnop' });
    const { config } = mapEnvironment({ MONITORING__OTLP_HEADERS: headers });
    expect(configuredSecrets(config)).toEqual(['Bearer abcdefgh', 'abcdefgh', 'ijklmnop']);
    const keys = [{ name: 'ci', key_sha256: 'f00f', scopes: ['runs:read'], namespace: 'team' }];
    const listed = { ...config, security: { ...config.security, apiKey: keys as unknown as string } };
    expect(configuredSecrets(listed)).toContain('f00f');
    expect(configuredSecrets(listed)).not.toContain('ci');
  });
});

describe('templateSecrets', () => {
  it('leaves out what the configuration shows anyway', () => {
    expect(templateSecrets({ ENVIRONMENT: 'production', VENDOR_TOKEN: 'abcdefgh' })).toEqual(['abcdefgh']);
  });
});
