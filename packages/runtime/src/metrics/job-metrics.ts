import { isDestinoError } from '@destino/core/errors';
import { readMetrics, type JobMetrics, type MetricPoint } from '@destino/helper/metrics';
import type { Job } from '@destino/core';
import type { Destino } from '../destino.ts';

/** What one attempt of a job reported, so far or at its end. */
export type AttemptMetrics = JobMetrics & { attempt: number; target: string };

/** Every target that has metrics offers them as this output. */
export const metricsOutput = 'destino.metrics';
const metricsFile = 'metrics.jsonl';

/** What the attempts of a job reported, in order; of a running job what there is now. Attempts without any are left out. */
export async function jobMetrics(destino: Pick<Destino, 'engine'>, job: Job, options: { attempt?: number } = {}): Promise<AttemptMetrics[]> {
  const attempts = job.attempts.filter(({ number }) => options.attempt === undefined || number === options.attempt);
  const found: AttemptMetrics[] = [];
  for (const { number, target } of attempts) {
    const text = await metricsText(destino, job, number);
    if (text !== undefined && text !== '') found.push({ attempt: number, target, ...readMetrics(text) });
  }
  return found;
}

async function metricsText(destino: Pick<Destino, 'engine'>, job: Job, attempt: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of destino.engine.outputFile(job.id, metricsOutput, metricsFile, { attempt })) chunks.push(chunk);
  } catch (error) {
    if (isDestinoError(error, 'not-found') || isDestinoError(error, 'unsupported')) return undefined;
    throw error;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The last value of every metric of the job's own run. */
export function finalValues(metrics: JobMetrics): Record<string, MetricPoint> {
  const own = metrics.runs[0]?.metrics ?? {};
  return Object.fromEntries(Object.entries(own).flatMap(([key, points]) => (points.at(-1) === undefined ? [] : [[key, points.at(-1) as MetricPoint]])));
}
