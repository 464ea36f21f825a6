export { AuthModule } from './auth.module.js';
export { authenticate } from './authenticate.middleware.js';
export { type Caller } from './caller.js';
export { Public } from './public.decorator.js';
