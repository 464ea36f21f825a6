export { ConnectionGuard } from './connection-guard.js';
export { hardenServer } from './harden-server.js';
export { METHODS } from './methods.js';
export { soundRequest, useOriginForm } from './request-target.js';
