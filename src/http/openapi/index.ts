export { ApiCursorQuery, ApiIdParam, ApiIdempotencyKey, ApiLimitQuery } from './api-parameters.js';
export { ApiProblems } from './api-problems.decorator.js';
export { type AnswerOptions, ApiEventStream, ApiJsonAnswer, ApiJsonBody, named } from './api-schemas.js';
export { setupOpenApi } from './openapi-document.js';
