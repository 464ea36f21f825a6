import { type Hop, redirectOf } from './hop.js';

const hop = (url: string, method: Hop['method'], body: string | null = null): Hop => ({
  url: new URL(url),
  method,
  headers: new Map([
    ['accept', '*/*'],
    ['content-type', 'text/plain'],
    ['x-api-key', 'k'],
  ]),
  body,
});

describe('redirectOf', () => {
  it.each([
    [200, '/b'],
    [304, '/b'],
    [302, undefined],
  ])('takes %s with the location %s for no redirect', (status, location) => {
    expect(redirectOf(hop('https://a/', 'GET'), status, location)).toBeUndefined();
  });

  it.each([
    ['https://a/', '/b', 'https://a/b', []],
    ['https://a/', 'https://a:443/b#c', 'https://a/b', []],
    ['https://a/', '//b/', 'https://b/', ['x-api-key']],
    ['https://a/', 'https://a:8443/', 'https://a:8443/', ['x-api-key']],
    ['http://a/', 'https://a/', 'https://a/', ['x-api-key']],
    ['https://a/', 'http://a/', 'http://a/', ['x-api-key']],
  ])('from %s to %s leads to %s and withholds %j', (from, location, to, withheld) => {
    const redirect = redirectOf(hop(from, 'GET'), 302, location);
    expect(redirect?.hop.url.href).toBe(to);
    expect(redirect?.withheld).toEqual(withheld);
    expect(redirect?.hop.headers.has('accept')).toBe(true);
  });

  it('sends no body in the clear that went out encrypted', () => {
    expect(() => redirectOf(hop('https://a/', 'POST', 'x'), 307, 'http://a/')).toThrow('from https to http');
    expect(redirectOf(hop('https://a/', 'POST', 'x'), 303, 'http://a/')?.hop.body).toBeNull();
    expect(redirectOf(hop('http://a/', 'POST', 'x'), 307, 'http://b/')?.hop.body).toBe('x');
  });
});
