export { ApiProblems } from './api-problems.decorator.js';
export { type AnswerOptions, ApiJsonAnswer, ApiJsonBody, named } from './api-schemas.js';
export { setupOpenApi } from './openapi-document.js';
