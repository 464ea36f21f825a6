export { ChartGenerator } from './chart-generator.tool.js';
export { chartLabels, chartLook, chartSeries } from './chart-spec.js';
