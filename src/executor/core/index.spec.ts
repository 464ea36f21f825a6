import * as core from './index.js';

describe('the index of the core', () => {
  it.each(Object.entries(core))('hands out %s', (_, exported) => {
    expect(exported).toBeDefined();
  });
});
