export { LargeOutput } from './large-output.js';
export { OutputHydrator } from './output-hydrator.js';
