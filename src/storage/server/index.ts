export { openServerDataSource } from './open-server-data-source.js';
export { serverAdapters } from './server-adapters.js';
export { serverDataSourceOptions } from './server-data-source-options.js';
