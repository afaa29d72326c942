import type { Job } from '@destino/runtime';
import { metricsOutput, sizeText } from '@destino/runtime';
import type { Console } from './console.ts';
import { reasonText } from './job.ts';
import { spanText } from './time.ts';

/** How a job ended, what it reported, what it left, and what to do next. */
export function endLine(console: Console, job: Job, values?: string): void {
  const took = spanText(job.startedAt ?? job.createdAt, job.finishedAt, Date.now());
  if (job.state === 'succeeded') {
    console.note(`${console.style('green', '✔')} ${job.name} succeeded in ${took}${values === undefined ? '' : `   metrics ${values}`}${outputsText(job)}`);
    const next = [...(values === undefined ? [] : ['metrics']), ...(leftFiles(job).length > 0 ? ['download', 'show'] : [])];
    if (next.length > 0) console.note(`  next: ${next.map((verb) => `destino job ${verb} ${job.name}`).join('      ')}`);
    return;
  }
  const how = job.exitCode === undefined ? (job.signal ?? '') : `exit code ${job.exitCode}`;
  const mark = job.state === 'cancelled' ? console.style('yellow', '✖') : console.style('red', '✖');
  console.note(`${mark} ${job.name} ${job.state} after ${took}${how === '' ? '' : `: ${how}`}`);
  if (reasonText(job) !== '') console.note(`  why: ${reasonText(job)}`);
  console.note(`  do:  destino why ${job.name}; then destino job retry ${job.name}`);
}

/** What it left for its users; what it reported is told apart. */
function leftFiles({ outputs }: Job): Job['outputs'] {
  return outputs.filter(({ output }) => output !== metricsOutput);
}

/** `   outputs model (2 files, 11 kB)`. */
function outputsText(job: Job): string {
  const sizes = Map.groupBy(leftFiles(job), ({ output }) => output);
  const texts = [...sizes].map(([name, files]) => `${name} (${files.length} ${files.length === 1 ? 'file' : 'files'}, ${sizeText(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))})`);
  return texts.length === 0 ? '' : `   outputs ${texts.join(', ')}`;
}
