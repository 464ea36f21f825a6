export { answerOptions } from './options.middleware.js';
export { ProblemFilter } from './problem.filter.js';
