import type { Backend } from '../workers/backend.ts';

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What `/metrics` tells, in Prometheus' text format; all but the gauges only grow. */
export class Metrics {
  readonly #byStatus = new Map<number, number>();
  readonly #refusals = new Map<string, number>();
  readonly #buckets = bounds.map(() => 0);
  #count = 0;
  #sumSeconds = 0;

  /** One answered request. */
  answered(status: number, seconds: number): void {
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
    this.#count += 1;
    this.#sumSeconds += seconds;
    const bucket = bounds.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }

  /** One request that no worker answered. */
  refused(cause: string): void {
    this.#refusals.set(cause, (this.#refusals.get(cause) ?? 0) + 1);
  }

  get total(): number {
    return this.#count;
  }

  text(backend: Backend | undefined): string {
    const lines: string[] = [];
    const family = (name: string, type: string, help: string, values: readonly [string, number][]): void => {
      lines.push(`# HELP destino_scoring_${name} ${help}`, `# TYPE destino_scoring_${name} ${type}`);
      for (const [labels, value] of values) lines.push(`destino_scoring_${name}${labels} ${value}`);
    };
    family('requests_total', 'counter', 'Answered scoring requests by status.', [...this.#byStatus].map(([status, count]) => [`{status="${status}"}`, count]));
    family('refusals_total', 'counter', 'Requests that no worker answered, by cause.', [...this.#refusals].map(([cause, count]) => [`{cause="${cause}"}`, count]));
    let below = 0;
    const buckets = bounds.map((bound, index): [string, number] => [`_bucket{le="${bound}"}`, (below += this.#buckets[index] ?? 0)]);
    family('request_seconds', 'histogram', 'Time from the whole request to the end of its answer.', [...buckets, ['_bucket{le="+Inf"}', this.#count], ['_sum', this.#sumSeconds], ['_count', this.#count]]);
    const copies = backend?.state.copies;
    family('in_flight', 'gauge', 'Requests that are being answered or wait.', [['', backend?.inFlight ?? 0]]);
    family('waiting', 'gauge', 'Requests that wait for a worker.', [['', backend?.waiting ?? 0]]);
    family('busy_workers', 'gauge', 'Workers that have a request.', [['', backend?.busy ?? 0]]);
    family('copies', 'gauge', 'Copies by what they are.', [['{is="wanted"}', copies?.want ?? 0], ['{is="ready"}', copies?.ready ?? 0], ['{is="failed"}', copies?.failed ?? 0]]);
    family('worker_restarts_total', 'counter', 'Workers started again after their end.', [['', backend?.restarts ?? 0]]);
    return `${lines.join('\n')}\n`;
  }
}
