import type { Scope } from './scopes.js';

/** Metadata key of what a handler says about who may call it. */
export const ACCESS = 'wand:access';

/** Who may call a handler: anybody, any known caller, or callers with a scope. One that says nothing is closed to all. */
export type Access =
  { readonly kind: 'public' } | { readonly kind: 'caller' } | { readonly kind: 'scope'; readonly scope: Scope };
