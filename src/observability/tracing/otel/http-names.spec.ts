import { methodAttributes, nameOfRequest, withoutQuery } from './http-names.js';

describe('the name of a request', () => {
  it('is its method and its route', () => {
    expect(nameOfRequest('GET', '/runs/:run_id')).toBe('GET /runs/:run_id');
    expect(nameOfRequest('GET')).toBe('GET');
  });

  it('holds no method that a client made up', () => {
    expect(nameOfRequest('BREW', '/pot')).toBe('HTTP /pot');
    expect(methodAttributes('BREW')).toEqual({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'BREW',
    });
    expect(methodAttributes('PATCH')).toEqual({ 'http.request.method': 'PATCH' });
  });
});

describe('withoutQuery', () => {
  it.each([
    ['/runs?access_token=1', '/runs'],
    ['/runs#a?b', '/runs'],
    ['https://host/a', 'https://host/a'],
  ])('makes of %s %s', (url, expected) => {
    expect(withoutQuery(url)).toBe(expected);
  });
});
