import { jsonPointer } from './fault.js';

describe('jsonPointer', () => {
  it('is empty for the whole document', () => {
    expect(jsonPointer([])).toBe('');
  });

  it('escapes tildes and slashes', () => {
    expect(jsonPointer(['a/b', 0, 'c~d', ''])).toBe('/a~1b/0/c~0d/');
  });
});
