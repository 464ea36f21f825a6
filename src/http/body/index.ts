export { type BodyLimits, jsonBody } from './json-body.middleware.js';
