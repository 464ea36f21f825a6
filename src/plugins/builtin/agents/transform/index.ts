export { TransformAgent } from './transform.agent.js';
