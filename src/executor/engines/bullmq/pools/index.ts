export { type Pools, openPools } from './open-pools.js';
