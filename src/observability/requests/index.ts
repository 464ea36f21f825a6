export { observeRequests } from './observe-requests.middleware.js';
