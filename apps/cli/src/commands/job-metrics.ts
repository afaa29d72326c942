import { jobMetrics, plotMetric, shortNumber, type AttemptMetrics, type Job, type MetricPoint, type RunMetrics } from '@destino/runtime';
import { DestinoError } from '@destino/core/errors';
import { findJob } from '../find-job.ts';
import { flag, listArgument, numberOption, textArgument } from '../given.ts';
import type { Console } from '../render/console.ts';
import { plainText } from '../render/plain-text.ts';
import type { Run } from '../table/command.ts';

type Shown = { names: readonly string[]; ascii: boolean };

/** What a job reported, read where it stands: of a running job so far. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const job = await findJob(destino, textArgument(given, 'name'));
  const attempt = numberOption(given, 'attempt', 1);
  if (attempt !== undefined && attempt > job.attempts.length) throw new DestinoError('not-found', `job ${job.name} has ${job.attempts.length} attempts`, { hint: `destino job metrics ${job.name}` });
  const attempts = await jobMetrics(destino, job, attempt === undefined ? {} : { attempt });
  const shown = { names: listArgument(given, 'metrics'), ascii: flag(given, 'ascii') };
  if (console.json) console.object({ schemaVersion: 1, job: job.name, state: job.state, attempts: attempts.map((each) => attemptObject(each, shown)) });
  else print(console, job, attempts, shown);
};

function attemptObject(attempt: AttemptMetrics, shown: Shown): Record<string, unknown> {
  return { ...attempt, runs: attempt.runs.map((each) => ({ ...each, metrics: Object.fromEntries(wanted(each, shown).map(([key, points]) => [key, points.map(pointObject)])) })) };
}

/** JSON has no word for what is not finite. */
function pointObject(point: MetricPoint): Record<string, unknown> {
  return { ...point, value: Number.isFinite(point.value) ? point.value : String(point.value) };
}

function wanted({ metrics }: RunMetrics, { names }: Shown): [string, MetricPoint[]][] {
  return Object.entries(metrics).filter(([key]) => names.length === 0 || names.includes(key));
}

function print(console: Console, job: Job, attempts: readonly AttemptMetrics[], shown: Shown): void {
  const last = attempts.at(-1);
  if (last === undefined) {
    console.note(`${job.name} has reported no metrics; a job may write lines such as {"metric": "loss", "value": 0.5, "step": 3} to $DESTINO_METRICS_FILE`);
    return;
  }
  if (job.attempts.length > 1) console.note(`attempt ${last.attempt} of ${job.attempts.length}, on ${last.target}`);
  for (const each of last.runs) printRun(console, each, shown);
  if (last.badLines.length > 0) console.note(`${last.badLines.length === 1 ? 'a line is' : `${last.badLines.length} lines are`} no metrics and left out: line ${last.badLines.slice(0, 5).join(', ')}${last.badLines.length > 5 ? ', …' : ''}`);
  if (last.unsupported.length > 0) console.note(`asked of the tracking server in vain: ${plainText(last.unsupported.join(', '))}`);
}

function printRun(console: Console, each: RunMetrics, shown: Shown): void {
  if (each.run !== undefined) console.line(`run ${plainText(each.name ?? each.run)}${each.status === undefined ? '' : `, ${plainText(each.status.toLowerCase())}`}`);
  const params = Object.entries(each.params).map(([key, value]) => `${key}=${value}`);
  if (params.length > 0 && shown.names.length === 0) console.line(`parameters  ${plainText(params.join(' '))}`);
  const width = Math.max(40, Math.min(process.stdout.columns ?? 80, 120) - 2);
  for (const [key, points] of wanted(each, shown)) {
    const [only] = points;
    if (points.length === 1 && only !== undefined) console.line(`${plainText(key)}  ${shortNumber(only.value)}`);
    else console.line(plotMetric(key, points, { width, ascii: shown.ascii }));
  }
}
