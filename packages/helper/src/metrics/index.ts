export { collectMetrics, readMetrics } from './job-metrics.ts';
export type { JobMetrics, MetricPoint, RunMetrics } from './job-metrics.ts';
export { parseMetricLine } from './metric-record.ts';
export type { MetricRecord } from './metric-record.ts';
export { plotMetric, shortNumber } from './plot.ts';
export type { PlotOptions } from './plot.ts';
