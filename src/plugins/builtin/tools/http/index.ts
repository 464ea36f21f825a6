export { HttpFetcher } from './http-fetcher.tool.js';
export { httpRequest, httpResponse } from './http-messages.js';
export { HttpPolicy } from './http-policy.js';
