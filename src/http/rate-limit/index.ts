export { openRateLimitStore } from './open-rate-limit-store.js';
export { type Policy } from './policy.js';
export { RateLimitStore } from './rate-limit-store.js';
export { RateLimiter } from './rate-limiter.js';
export { rateLimit } from './rate-limit.middleware.js';
export { type Subject, subjectOf } from './subject.js';
export { throttledAuthentication } from './throttled-authentication.js';
