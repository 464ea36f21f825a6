import { isPublicPath } from './public-paths.js';

describe('isPublicPath', () => {
  it.each([
    '/',
    '/health',
    '/Health/',
    '/health/ready',
    '/docs',
    '/docs/',
    '/docs/swagger-ui.css',
    '/openapi.json',
    '/openapi.yaml',
  ])('holds for %s', (path) => {
    expect(isPublicPath(path)).toBe(true);
  });

  it.each(['/runs', '/healthy', '/health/other', '/docsecrets', '//docs', '/openapi', '/config', '', '/runs/docs/'])(
    'does not hold for %p',
    (path) => {
      expect(isPublicPath(path)).toBe(false);
    },
  );
});
