export { backUp } from './back-up.js';
