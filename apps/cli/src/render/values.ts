import { isDestinoError } from '@destino/core/errors';
import { finalValues, jobMetrics, metricsOutput, shortNumber, type Destino, type Job, type MetricPoint } from '@destino/runtime';
import { plainText } from './plain-text.ts';

const most = 8;

/** `loss=0.05 accuracy=0.967`, the last values of an ended job; nothing, and nothing read, when it reported none. Never fails a command. */
export async function valuesText(destino: Destino, job: Job): Promise<string | undefined> {
  if (!job.outputs.some(({ output }) => output === metricsOutput)) return undefined;
  try {
    const last = (await jobMetrics(destino, job, { attempt: job.attempt })).at(-1);
    return last === undefined ? undefined : lineOf(Object.entries(finalValues(last)));
  } catch (error) {
    if (!isDestinoError(error)) throw error;
    return `cannot be read now: ${error.message}`;
  }
}

function lineOf(values: readonly (readonly [string, MetricPoint])[]): string | undefined {
  if (values.length === 0) return undefined;
  const texts = values.slice(0, most).map(([key, { value }]) => plainText(`${key}=${shortNumber(value)}`));
  return `${texts.join(' ')}${values.length > most ? ` and ${values.length - most} more` : ''}`;
}
