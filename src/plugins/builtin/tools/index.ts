export { ChartGenerator, chartLabels, chartLook, chartSeries } from './chart/index.js';
export { EgressGuard, HttpFetcher, HttpPolicy, httpRequestParams, httpResponse } from './http/index.js';
