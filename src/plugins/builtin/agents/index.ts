export { AnalyzeAgent } from './analyze.agent.js';
export { ChartAgent } from './chart.agent.js';
export { DelayAgent } from './delay.agent.js';
export { EchoAgent } from './echo.agent.js';
export { FetchAgent } from './fetch.agent.js';
export { ToolAgent } from './tool.agent.js';
export { TransformAgent } from './transform/index.js';
