import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallOptions, DriverContext } from '@destino/core/driver';
import type { JobSpec } from '@destino/core/model';
import { trackingPrologue, trackingScript } from '@destino/helper';
import { findProgram } from './interpreters.ts';
import type { JobFiles, Layout } from './layout.ts';
import { errnoOf, heed } from './map-error.ts';

const python = /(?:^|[^\w-])(?:python|pypy|mlflow|torchrun|accelerate|deepspeed|jupyter|papermill)[\d.]*(?![\w])|\.(?:py|ipynb)(?!\w)/;
const pythonFile = /\.(?:py|ipynb)$/;

type Tracked = { job: JobSpec; files: JobFiles; places: Layout; context: DriverContext; folder: string; path: string };

/**
 * Shell lines that start the tracking server beside the job; none where it is not wanted, or there is no Python on the
 * job's PATH. Wanted is it by jobs that are or may start Python; `DESTINO_TRACKING` in the job's variables, or its tag
 * `destino.tracking`, says `always` or `never`. A job with a server of its own keeps that.
 */
export async function trackingLines(tracked: Tracked, options: CallOptions): Promise<string> {
  try {
    return await linesFor(tracked, options);
  } catch (error) {
    heed(options);
    tracked.context.logger.warn('local.tracking', { job: tracked.job.name, text: `no tracking server: ${String(error)}` });
    return ''; // a job without metrics is better than none
  }
}

async function linesFor({ job, files, places, context, folder, path }: Tracked, options: CallOptions): Promise<string> {
  if (job.environment.kind === 'image' || 'MLFLOW_TRACKING_URI' in job.variables || 'MLFLOW_TRACKING_URI' in job.secrets) return '';
  const word = job.variables['DESTINO_TRACKING'] ?? job.tags['destino.tracking'];
  if (word === 'never' || !(word === 'always' || (await mayStartPython(job, context, options)))) return '';
  const interpreter = findProgram('python3', path);
  if (interpreter === undefined) return '';
  const runId = job.name;
  return trackingPrologue({
    python: interpreter,
    paths: {
      script: await placeScript(places),
      metrics: join(files.metrics, 'metrics.jsonl'),
      artifacts: join(job.inPlace === undefined ? files.work : folder, 'outputs'),
      ready: join(files.folder, 'tracking.address'),
    },
    run: { id: runId, name: job.name, experiment: job.tags['experiment_name'] ?? 'Default' },
    token: randomBytes(24).toString('base64url'),
    log: files.trackingLog,
  });
}

async function mayStartPython(job: JobSpec, context: DriverContext, options: CallOptions): Promise<boolean> {
  if (job.command.some((part) => typeof part === 'string' && python.test(part))) return true;
  if (job.snapshot === undefined) return false;
  for await (const { path } of context.content.manifest(job.snapshot, options)) if (pythonFile.test(path)) return true;
  return false;
}

/** One copy for all jobs, by its hash. */
async function placeScript({ root, bin }: Layout): Promise<string> {
  const { script, hash } = trackingScript();
  const path = join(bin, `tracking-${hash.slice(0, 16)}.py`);
  if (existsSync(path)) return path;
  await mkdir(bin, { recursive: true });
  const draft = join(root, `tracking-${randomUUID()}.draft`);
  try {
    await writeFile(draft, script, { mode: 0o600 });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  return path;
}

/** Tells this program's log what the tracking server could not do; the job's log and its end have nothing of it. */
export async function tellTrackingTrouble(files: JobFiles, key: string, { logger }: DriverContext): Promise<void> {
  const text = await readFile(files.trackingLog, 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  });
  if (text.trim() !== '') logger.warn('local.tracking', { key, text: text.trim().slice(0, 2000) });
}
