export { networkOf } from './address.js';
export { clientAddress } from './client-address.middleware.js';
