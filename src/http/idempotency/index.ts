export { type IdempotencyRequest, idempotencyRequestOf } from './idempotency-request.js';
export { type Answer, type GivenAnswer, type GuardWith, IdempotencyService } from './idempotency.service.js';
export { sendAnswer } from './send-answer.js';
