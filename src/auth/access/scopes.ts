/** What a caller may be allowed to do. `admin` allows everything, in every namespace. */
export const SCOPES = [
  'graphs:read',
  'graphs:write',
  'runs:read',
  'runs:write',
  'config',
  'keys',
  'metrics',
  'admin',
] as const;

/** One thing that a caller may be allowed to do. */
export type Scope = (typeof SCOPES)[number];

/** Whether `granted` allows what needs `scope`: no scope but `admin` implies another. */
export function allows(granted: ReadonlySet<Scope>, scope: Scope): boolean {
  return granted.has(scope) || granted.has('admin');
}

/** The scopes in a text that separates them by spaces (RFC 6749, section 3.3); words that are none of ours are left out. */
export function readScopes(text: string): ReadonlySet<Scope> {
  const words = new Set(text.split(' '));
  return new Set(SCOPES.filter((scope) => words.has(scope)));
}
