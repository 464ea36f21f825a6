export { LastAnswers } from './server/index.js';
export { type JsonFault, scanJson } from './body/index.js';
export { configureHttpApp } from './http-app.js';
export { HttpModule } from './http.module.js';
export {
  type Answer,
  type GivenAnswer,
  type GuardWith,
  type IdempotencyRequest,
  IdempotencyService,
  idempotencyRequestOf,
  sendAnswer,
} from './idempotency/index.js';
export { type Page, cursorQuery, limitQuery, toPage } from './pagination/index.js';
export {
  type ProblemBody,
  type ProblemCode,
  type ProblemDetail,
  ProblemError,
  type ProblemOptions,
  jsonPointer,
} from './problem/index.js';
export { RateLimiter, type Subject, subjectOf } from './rate-limit/index.js';
export { ConnectionGuard } from './server/index.js';
export {
  type Fault,
  NearestHints,
  ZodBodyPipe,
  assertBodyObject,
  ZodQueryPipe,
  capDetails,
  countOfFaults,
  faultsOf,
  queryInteger,
  queryNumber,
  queryTimestamp,
} from './validation/index.js';
