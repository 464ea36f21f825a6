export { corsOptions } from './cors-options.js';
export { hardenServer } from './harden-server.js';
export { noStore, securityHeaders } from './security-headers.middleware.js';
