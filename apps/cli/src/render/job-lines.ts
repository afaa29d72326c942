import type { JobLine } from '@destino/runtime';
import type { Console } from './console.ts';
import { table } from './table.ts';
import { agoText, spanText } from './time.ts';

export function stateText(console: Console, state: string): string {
  if (state === 'succeeded' || state === 'ready' || state === 'healthy') return console.style('green', state);
  if (state === 'failed' || state === 'lost' || state === 'unhealthy') return console.style('red', state);
  return state === 'cancelled' || state === 'cancelling' ? console.style('yellow', state) : console.style('cyan', state);
}

/** A table of jobs, or their names. */
export function printJobLines(console: Console, jobs: readonly JobLine[], nowMs: number): void {
  if (console.names || console.quiet) for (const { name } of jobs) console.line(name);
  else if (jobs.length === 0) console.note('no jobs');
  else {
    const rows = jobs.map((job) => [job.name, stateText(console, job.state), job.target ?? '', agoText(job.createdAt, nowMs), spanText(job.startedAt ?? job.createdAt, job.finishedAt, nowMs), job.displayName ?? job.file ?? '']);
    console.line(table(['NAME', 'STATE', 'TARGET', 'CREATED', 'TOOK', 'WHAT'], rows));
  }
}
