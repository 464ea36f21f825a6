import { limitOf, policyOf } from './policy.js';

describe('policyOf', () => {
  it.each([
    ['POST', '/runs', 'runs'],
    ['POST', '/Runs/', 'runs'],
    ['POST', '/runs/r_1/retry', 'runs'],
    ['POST', '/runs/r_1/cancel', 'writes'],
    ['POST', '/runs/r_1/x/retry', 'writes'],
    ['POST', '/graphs', 'writes'],
    ['DELETE', '/runs/r_1', 'writes'],
    ['PROPFIND', '/runs', 'writes'],
    ['POST', '/health', 'writes'],
    ['GET', '/runs', 'reads'],
    ['HEAD', '/runs', 'reads'],
    ['GET', '/', 'reads'],
    ['GET', '/metrics', 'reads'],
    ['GET', '/healthy', 'reads'],
    ['GET', '/openapi.json.bak', 'reads'],
  ])('counts %s %s among the %s', (method, path, policy) => {
    expect(policyOf(method, path)).toBe(policy);
  });

  it.each(['/health', '/health/', '/HEALTH/ready', '/docs', '/docs/swagger-ui.css', '/openapi.json', '/openapi.yaml'])(
    'does not count GET %s',
    (path) => {
      expect(policyOf('GET', path)).toBeUndefined();
    },
  );
});

describe('limitOf', () => {
  const limits = { rateLimitPerMinute: 60, authFailuresPerMinute: 10 };

  it('allows as many runs as other requests, and ten times as many reads, unless the configuration says otherwise', () => {
    expect(limitOf('writes', limits)).toBe(60);
    expect(limitOf('runs', limits)).toBe(60);
    expect(limitOf('reads', limits)).toBe(600);
    expect(limitOf('authentication', limits)).toBe(10);
    const own = { ...limits, rateLimitRunsPerMinute: 5, rateLimitReadsPerMinute: 7 };
    expect([limitOf('runs', own), limitOf('reads', own)]).toEqual([5, 7]);
  });

  it('counts nothing that is derived from a limit that is off, but what has a limit of its own', () => {
    const off = { ...limits, rateLimitPerMinute: 0, rateLimitRunsPerMinute: 3 };
    expect([limitOf('writes', off), limitOf('reads', off), limitOf('runs', off)]).toEqual([0, 0, 3]);
  });
});
