import { jsonPointer } from './json-pointer.js';

describe('jsonPointer', () => {
  it('points at the whole document by nothing', () => {
    expect(jsonPointer([])).toBe('');
  });

  it('escapes what would otherwise separate segments', () => {
    expect(jsonPointer(['nodes', 0, 'a/b~c', ''])).toBe('/nodes/0/a~1b~0c/');
  });
});
