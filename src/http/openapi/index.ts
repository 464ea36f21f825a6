export { ApiProblems } from './api-problems.decorator.js';
export { type AnswerOptions, ApiJsonAnswer, ApiJsonBody, named } from './api-schemas.js';
export { buildOpenApiDocument, setupOpenApi } from './openapi-document.js';
export { ProblemDetailDto, ProblemDto } from './problem.dto.js';
