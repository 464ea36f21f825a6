export { corsOptions } from './cors-options.js';
export { noStore, securityHeaders } from './security-headers.middleware.js';
