import { parseMetricLine, type MetricRecord } from './metric-record.ts';

export type MetricPoint = { value: number; step: number; timeMs?: number };

/** What one run reported. The points of a metric are in the order of their steps, those of one step as they came. */
export type RunMetrics = {
  /** Absent for the job's own run. */
  run?: string;
  name?: string;
  status?: string;
  params: Record<string, string>;
  tags: Record<string, string>;
  metrics: Record<string, MetricPoint[]>;
};

export type JobMetrics = {
  /** The job's own run first, the others as they began. */
  runs: RunMetrics[];
  artifacts: { path: string; sizeBytes: number }[];
  /** What the client asked of the tracking server and did not get. */
  unsupported: string[];
  /** Numbers of the lines, from 1, that were none. An unfinished last line is not counted: it is still being written. */
  badLines: number[];
};

/**
 * The whole of a job's `metrics.jsonl`. A point that came twice, as a client repeats what it is not sure of, counts
 * once; a metric without steps is numbered from 0 as it came.
 */
export function readMetrics(text: string): JobMetrics {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  const badLines: number[] = [];
  const records = lines.flatMap((line, index) => {
    const found = line.trim() === '' ? undefined : parseMetricLine(line);
    if (found?.length === 0) badLines.push(index + 1);
    return found ?? [];
  });
  return { ...collectMetrics([...records, ...parseMetricLine(rest)]), badLines };
}

/** Puts records in order by run and metric. */
export function collectMetrics(records: Iterable<MetricRecord>): Omit<JobMetrics, 'badLines'> {
  const own: RunMetrics = emptyRun({});
  const runs = new Map<string | undefined, RunMetrics>([[undefined, own]]);
  const seen = new Set<string>();
  const artifacts = new Map<string, { path: string; sizeBytes: number }>();
  const unsupported = new Set<string>();
  for (const record of records) {
    if (record.kind === 'artifact') artifacts.set(record.path, { path: record.path, sizeBytes: record.sizeBytes });
    else if (record.kind === 'unsupported') unsupported.add(record.route);
    else {
      const run = runs.get(record.run) ?? emptyRun(record);
      runs.set(record.run, run);
      addTo(run, record, seen);
    }
  }
  for (const run of runs.values()) for (const points of Object.values(run.metrics)) points.sort((a, b) => a.step - b.step);
  return { runs: [...runs.values()], artifacts: [...artifacts.values()], unsupported: [...unsupported] };
}

function emptyRun({ run }: { run?: string }): RunMetrics {
  // Names come from users: without a prototype, one called `__proto__` or `constructor` is like any other.
  const empty = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;
  return { ...(run !== undefined && { run }), params: empty(), tags: empty(), metrics: empty() };
}

function addTo(run: RunMetrics, record: Exclude<MetricRecord, { kind: 'artifact' | 'unsupported' }>, seen: Set<string>): void {
  if (record.kind === 'param') run.params[record.key] = record.value;
  else if (record.kind === 'tag' && record.value === null) delete run.tags[record.key];
  else if (record.kind === 'tag') run.tags[record.key] = record.value ?? '';
  else if (record.kind === 'run') Object.assign(run, { status: record.status }, record.name === undefined ? {} : { name: record.name });
  else {
    const { key, value, step, timeMs } = record;
    const identity = step === undefined || timeMs === undefined ? undefined : JSON.stringify([record.run, key, step, timeMs, String(value)]);
    if (identity !== undefined && seen.has(identity)) return;
    if (identity !== undefined) seen.add(identity);
    const points = (run.metrics[key] ??= []);
    points.push({ value, step: step ?? points.length, ...(timeMs !== undefined && { timeMs }) });
  }
}
