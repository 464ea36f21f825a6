export { requestId } from './request-id.middleware.js';
