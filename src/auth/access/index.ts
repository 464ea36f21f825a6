export { ACCESS, type Access } from './access.js';
export { CallerNamespace } from './caller-namespace.decorator.js';
export { type Caller, type Credential } from './caller.js';
export { NAMESPACE_HEADER, inNamespace, mayBeIn } from './namespace-header.js';
export { Public } from './public.decorator.js';
export { RequireCaller } from './require-caller.decorator.js';
export { RequireScope } from './require-scope.decorator.js';
export { missingScopes } from './missing-scopes.js';
export { SCOPES, type Scope, allows, readScopes } from './scopes.js';
