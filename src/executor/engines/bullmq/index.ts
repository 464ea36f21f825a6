export { openBullmqEngine } from './open-bullmq-engine.js';
