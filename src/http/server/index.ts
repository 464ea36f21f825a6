export { ConnectionGuard } from './connection-guard.js';
export { hardenServer } from './harden-server.js';
export { METHODS } from './methods.js';
export { LastAnswers } from './last-answers.js';
export { probesOnly } from './probes-only.middleware.js';
export { useOriginForm } from './request-target.js';
export { soundRequest } from './sound-request.middleware.js';
