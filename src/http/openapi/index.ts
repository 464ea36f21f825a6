export { ApiProblems } from './api-problems.decorator.js';
export { ProblemDetailDto, ProblemDto } from './problem.dto.js';
