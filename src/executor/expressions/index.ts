export { CelExpressionCompiler, MAX_EXPRESSION_LENGTH } from './cel-expression-compiler.js';
