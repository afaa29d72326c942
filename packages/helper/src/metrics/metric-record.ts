/**
 * One line of a job's `metrics.jsonl`, as the tracking server beside the job writes it. `run` is absent for the job's
 * own run. Times are milliseconds since 1970, by the job's clock.
 */
export type MetricRecord =
  | { kind: 'metric'; run?: string; key: string; value: number; step?: number; timeMs?: number }
  | { kind: 'param'; run?: string; key: string; value: string }
  | { kind: 'tag'; run?: string; key: string; value: string | null }
  | { kind: 'run'; run?: string; name?: string; status: string; timeMs?: number }
  | { kind: 'artifact'; path: string; sizeBytes: number; timeMs?: number }
  | { kind: 'unsupported'; route: string };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads one line. Besides the server's own records it takes what people write from any language:
 * `{"metric": "loss", "value": 0.5, "step": 3}` and `{"metric": {"loss": 0.5, "accuracy": 0.9}, "step": 3}`, both with an
 * optional `timeMs`. Values that are not finite may stand as `"NaN"`, `"Infinity"`, `"-Infinity"`, or bare as Python
 * writes them. Answers nothing for a line that is none of these.
 */
export function parseMetricLine(line: string): MetricRecord[] {
  const fields = objectOf(line);
  if (fields === undefined) return [];
  if (typeof fields['kind'] === 'string') return [ownRecord(fields)].filter((record) => record !== undefined);
  const { metric, value } = fields;
  if (typeof metric === 'string') return measured(fields, [[metric, value]]);
  if (typeof metric === 'object' && metric !== null && !Array.isArray(metric)) return measured(fields, Object.entries(metric));
  return [];
}

/** A finite or named number; `undefined` for what is neither. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  return value === '-Infinity' ? Number.NEGATIVE_INFINITY : undefined;
}

function measured(fields: Fields, pairs: readonly [string, unknown][]): MetricRecord[] {
  return pairs.flatMap(([key, raw]) => {
    const value = numberOf(raw);
    return value === undefined || key === '' ? [] : [{ kind: 'metric' as const, key, value, ...runOf(fields), ...countOf(fields, 'step'), ...countOf(fields, 'timeMs') }];
  });
}

function ownRecord(fields: Fields): MetricRecord | undefined {
  const { kind, key, value, status, name, path, route } = fields;
  if (kind === 'metric' && typeof key === 'string') return measured(fields, [[key, value]])[0];
  if (kind === 'param' && typeof key === 'string' && typeof value === 'string') return { kind, key, value, ...runOf(fields) };
  if (kind === 'tag' && typeof key === 'string' && (typeof value === 'string' || value === null)) return { kind, key, value, ...runOf(fields) };
  if (kind === 'run' && typeof status === 'string') return { kind, status, ...runOf(fields), ...(typeof name === 'string' && { name }), ...countOf(fields, 'timeMs') };
  if (kind === 'artifact' && typeof path === 'string') return { kind, path, sizeBytes: numberOf(fields['sizeBytes']) ?? 0, ...countOf(fields, 'timeMs') };
  return kind === 'unsupported' && typeof route === 'string' ? { kind, route } : undefined;
}

function runOf({ run }: Fields): { run?: string } {
  return typeof run === 'string' ? { run } : {};
}

function countOf<Name extends 'step' | 'timeMs'>(fields: Fields, name: Name): Partial<Record<Name, number>> {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) ? ({ [name]: value } as Record<Name, number>) : {};
}

function objectOf(line: string): Fields | undefined {
  const value = parsed(line) ?? parsed(line.replace(bareNumber, '"$&"'));
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** What Python's `json` and others write for numbers that JSON has no word for. Only looked for in lines that are no JSON. */
const bareNumber = /(?<=[:,[]\s*)(?:-?Infinity|NaN)(?=\s*[,}\]])/g;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
