import { parseServerUrl } from './server-url.js';

describe('parseServerUrl', () => {
  it('takes http and https addresses, a path included', () => {
    expect(parseServerUrl('https://example.com/wand?x#y').href).toBe('https://example.com/wand');
  });

  it.each(['example.com:8000', 'ftp://example.com', 'nonsense'])('refuses %s', (text) => {
    expect(() => parseServerUrl(text)).toThrow('takes an http or https URL such as');
  });

  it('refuses a password without repeating it', () => {
    expect(() => parseServerUrl('http://me:secret@example.com')).toThrow(/^(?!.*secret).*without a user name/);
  });
});
