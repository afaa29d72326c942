import type { Job } from '@destino/runtime';
import type { Console } from './console.ts';
import { printJobLines, stateText } from './job-lines.ts';
import { agoText, spanText } from './time.ts';

/** The job object of `--json`. Fields are only ever added within a major version. */
export function jobObject({ environment, ...job }: Job): Record<string, unknown> {
  return { ...job, ...(environment !== undefined && { environmentUsed: environment }) };
}

/** One line of why it is as it is. */
export function reasonText(job: Job): string {
  const reason = job.waitingFor[0] ?? job.reason;
  if (reason === undefined) return '';
  return reason.fix === undefined ? reason.text : `${reason.text} (${reason.fix})`;
}

export function printJobs(console: Console, jobs: readonly Job[], nowMs: number): void {
  if (console.json) for (const job of jobs) console.object(jobObject(job));
  else printJobLines(console, jobs, nowMs);
}

/** Everything about one job. */
export function printJob(console: Console, job: Job, nowMs: number, values?: string): void {
  if (console.json) {
    console.object(jobObject(job));
    return;
  }
  const exit = job.exitCode === undefined ? job.signal : `code ${job.exitCode}`;
  const lines: (readonly [string, string | undefined])[] = [
    ['name', job.name],
    ['title', job.displayName],
    ['state', `${stateText(console, job.state)}${exit === undefined ? '' : `, ${exit}`}`],
    ['reason', reasonText(job) || undefined],
    ['target', job.target],
    ['experiment', job.experiment],
    ['file', job.file],
    ['created', `${job.createdAt} (${agoText(job.createdAt, nowMs)})${job.createdBy === undefined ? '' : ` by ${job.createdBy}`}`],
    ['took', spanText(job.startedAt ?? job.createdAt, job.finishedAt, nowMs)],
    ['environment', job.environment],
    ['attempts', String(job.attempts.length)],
    ['supervised', job.finishedAt === undefined ? String(job.supervised) : undefined],
    ['parent', job.parent],
    ['tags', Object.entries(job.tags).map(([key, value]) => `${key}=${value}`).join(' ') || undefined],
    ['metrics', values],
    ...job.outputs.map((file, index) => [index === 0 ? 'outputs' : '', `${file.output}/${file.path} (${file.sizeBytes} B, ${file.kept})`] as const),
  ];
  for (const [label, value] of lines) if (value !== undefined && value !== '') console.line(`${label.padEnd(12)}${value}`);
}
