export { type BodyLimits, jsonBody } from './json-body.middleware.js';
export { type JsonFault, scanJson } from './scan-json.js';
