export { CelExpressionCompiler } from './cel-expression-compiler.js';
