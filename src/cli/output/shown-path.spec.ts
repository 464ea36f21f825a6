import { shownPath } from './shown-path.js';

describe('shownPath', () => {
  it('is relative inside the working folder and absolute outside', () => {
    expect(shownPath('/home/me/out/a.svg', '/home/me')).toBe('out/a.svg');
    expect(shownPath('/tmp/a.svg', '/home/me')).toBe('/tmp/a.svg');
  });
});
