import { SCOPES, allows, readScopes } from './scopes.js';

describe('allows', () => {
  it.each(SCOPES)('holds for %s where it is granted', (scope) => {
    expect(allows(new Set([scope]), scope)).toBe(true);
  });

  it('holds for every scope where admin is granted', () => {
    expect(SCOPES.filter((scope) => !allows(new Set(['admin']), scope))).toEqual([]);
  });

  it('holds for nothing else: writing does not imply reading', () => {
    expect(allows(new Set(['runs:write', 'graphs:read']), 'runs:read')).toBe(false);
    expect(allows(new Set(['runs:read', 'graphs:write', 'config', 'keys', 'metrics']), 'admin')).toBe(false);
  });
});

describe('readScopes', () => {
  it.each([
    ['runs:read runs:write', ['runs:read', 'runs:write']],
    ['openid  email admin', ['admin']],
    ['Admin runs:read,runs:write', []],
    ['', []],
  ])('finds in %j what is ours', (text, scopes) => {
    expect([...readScopes(text)]).toEqual(scopes);
  });
});
