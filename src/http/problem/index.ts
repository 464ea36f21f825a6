export { PROBLEMS, type ProblemCode, problemType } from './problem-code.js';
export { type ProblemDetail, ProblemError, type ProblemOptions } from './problem-error.js';
export { PROBLEM_MEDIA_TYPE, type ProblemBody, toProblemBody } from './problem-body.js';
export { jsonPointer } from './json-pointer.js';
