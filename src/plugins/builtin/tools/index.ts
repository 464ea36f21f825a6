export { ChartGenerator, chartLabels, chartLook, chartSeries } from './chart/index.js';
export { HttpFetcher, HttpPolicy, httpRequest, httpResponse } from './http/index.js';
