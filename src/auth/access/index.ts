export { ACCESS, type Access } from './access.js';
export { CallerNamespace } from './caller-namespace.decorator.js';
export { type Caller } from './caller.js';
export { Public } from './public.decorator.js';
export { RequireScope } from './require-scope.decorator.js';
export { SCOPES, type Scope, allows } from './scopes.js';
