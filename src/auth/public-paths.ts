const PUBLIC_PATHS = new Set([
  '/',
  '/docs',
  '/health',
  '/health/live',
  '/health/ready',
  '/health/startup',
  '/openapi.json',
  '/openapi.yaml',
]);

/** Whether anybody may ask for `path`: probes, the documentation and the way to it. */
export function isPublicPath(path: string): boolean {
  // As the router sees it: any case, a slash at the end or none.
  const lower = path.toLowerCase();
  const normal = lower.length > 1 && lower.endsWith('/') ? lower.slice(0, -1) : lower;
  return PUBLIC_PATHS.has(normal) || normal.startsWith('/docs/');
}
