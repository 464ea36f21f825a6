export { type CopyReport, type CopyRequest, type CopyStep, type VerifiedTable, copyDatabase } from './copy-database.js';
export { hasPassword, passwordsIn } from '../masked-url.js';
