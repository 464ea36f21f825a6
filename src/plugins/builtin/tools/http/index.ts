export { EgressGuard } from './egress-guard.js';
export { HttpFetcher } from './http-fetcher.tool.js';
export { httpRequestParams, httpResponse } from './http-messages.js';
export { HttpPolicy } from './http-policy.js';
