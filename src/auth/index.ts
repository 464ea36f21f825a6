export { type Caller, CallerNamespace, Public, RequireScope } from './access/index.js';
export { AuthModule } from './auth.module.js';
export { authenticate } from './authenticate.middleware.js';
