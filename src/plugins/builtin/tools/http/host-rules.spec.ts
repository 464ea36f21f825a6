import { HostRules } from './host-rules.js';

describe('HostRules', () => {
  it.each([
    ['example.com', 'https://example.com/', true],
    ['example.com', 'http://EXAMPLE.com.:8080/', true],
    ['example.com', 'https://www.example.com/', false],
    ['example.com:443', 'https://example.com/', true],
    ['example.com:443', 'http://example.com/', false],
    ['*.example.com', 'https://a.b.example.com/', true],
    ['*.example.com', 'https://example.com/', false],
    ['*.example.com', 'https://badexample.com/', false],
    ['*.example.com:8443', 'https://a.example.com:8443/', true],
    ['*.example.com:8443', 'https://a.example.com/', false],
    ['[::1]:80', 'http://[0:0::1]/', true],
    ['[::1]', 'http://[::2]/', false],
    ['127.0.0.1', 'http://127.1/', true],
    ['bücher.example', 'http://xn--bcher-kva.example/', true],
    ['', 'http://example.com/', false],
  ])('with %j and %s: %s', (entry, url, expected) => {
    expect(new HostRules([entry]).includes(new URL(url))).toBe(expected);
  });
});
