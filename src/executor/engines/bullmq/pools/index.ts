export { openPools } from './open-pools.js';
export { type Pools } from './pools.js';
