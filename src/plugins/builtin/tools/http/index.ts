export { EgressGuard } from './egress-guard.js';
export { type EgressReason } from './egress-reason.js';
export { HttpFetcher } from './http-fetcher.tool.js';
export { httpRequest, httpRequestParams, httpResponse } from './http-messages.js';
export { HttpPolicy } from './http-policy.js';
