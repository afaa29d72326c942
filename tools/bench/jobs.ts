/**
 * 1,000 local jobs of `true`, durable, through the library, beside a Slurm of one node (a job each by `sbatch`, and one
 * array; fewer jobs, since a rate needs no more) and GNU parallel, which keeps nothing. All with as many slots as this
 * machine has cores. Needs root for Slurm (tools/testbed/slurm.sh) and Debian's `parallel`.
 * Usage: node --conditions=@destino/source tools/bench/jobs.ts [--jobs N] [--slurm-jobs N] [--runs N] [--without-slurm] [--json]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createDestino } from '@destino/runtime';

const { values } = parseArgs({ options: { jobs: { type: 'string', default: '1000' }, 'slurm-jobs': { type: 'string', default: '300' }, runs: { type: 'string', default: '3' }, 'without-slurm': { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } });
const [jobs, slurmJobs, runs] = [Number(values.jobs), Number(values['slurm-jobs']), Number(values.runs)];
const bars = { slurm: 10, parallel: 0.8 };
const cores = os.availableParallelism();
const root = mkdtempSync(path.join(os.tmpdir(), 'destino-bench-jobs-'));
const testbed = path.join(import.meta.dirname, '../testbed/slurm.sh');
const testbedEnv = { ...process.env, TESTBED_STATE: `/var/tmp/destino-bench-${process.pid}`, SLURM_ACCOUNTING: 'none', SLURM_FOR_RATE: 'yes', SLURM_NODE_CPUS: String(cores), SLURM_MIN_JOB_AGE: '2' };

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

async function byDestino(run: number): Promise<number> {
  const home = path.join(root, `home-${run}`);
  const folder = path.join(home, 'project');
  mkdirSync(folder, { recursive: true });
  const variables = { PATH: process.env['PATH'] ?? '', HOME: home, DESTINO_STATE_DIR: path.join(home, 'state') };
  await using destino = await createDestino({ folder, variables, role: 'bench' });
  await destino.prepareTargets();
  await destino.start();
  const request = { spec: { name: 'bench', command: ['true'], baseVariables: { PATH: '/usr/bin:/bin' } }, targets: ['local'] };
  await destino.wait((await destino.submit({ request })).job.name); // the process that starts jobs is up
  const ms = await timed(async () => {
    const made = await Promise.all(Array.from({ length: jobs }, () => destino.submit({ request })));
    const ended = await Promise.all(made.map(({ job }) => destino.wait(job.name)));
    const bad = ended.filter(({ state }) => state !== 'succeeded').length;
    if (bad > 0) throw new Error(`${bad} of ${jobs} jobs did not succeed`);
  });
  return (jobs * 1000) / ms;
}

async function byParallel(): Promise<number> {
  const input = Array.from({ length: jobs }, (_, index) => `${index}\n`).join('');
  const ms = await timed(() => execFileSync('parallel', ['--jobs', String(cores), 'true # {}'], { input, stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, HOME: root } }));
  return (jobs * 1000) / ms;
}

async function bySlurm(conf: string, script: string, arguments_: readonly string[]): Promise<number> {
  const env = { ...process.env, SLURM_CONF: conf };
  const ms = await timed(async () => {
    execFileSync('sh', ['-c', script, 'sh', ...arguments_], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
    while (execFileSync('squeue', ['-h', '-o', '%A'], { env, encoding: 'utf8' }) !== '') await sleep(50);
  });
  return (slurmJobs * 1000) / ms;
}

async function measure(): Promise<Record<string, number>> {
  const rates: Record<string, number[]> = { destino: [], parallel: [], sbatch: [], array: [] };
  const conf = values['without-slurm'] ? undefined : execFileSync(testbed, ['up', '1'], { env: testbedEnv, encoding: 'utf8' }).trim();
  const batch = path.join(root, 'true.sh');
  writeFileSync(batch, '#!/bin/sh\ntrue\n');
  try {
    for (let run = 0; run < runs; run += 1) {
      rates['parallel']?.push(await byParallel());
      rates['destino']?.push(await byDestino(run));
      if (conf === undefined) continue;
      rates['array']?.push(await bySlurm(conf, 'sbatch -Q --output=/dev/null --array="1-$1" "$2"', [String(slurmJobs), batch]));
      if (run === 0) rates['sbatch']?.push(await bySlurm(conf, 'seq "$1" | xargs -P 8 -I @ sbatch -Q --output=/dev/null "$2"', [String(slurmJobs), batch]));
    }
  } finally {
    if (conf !== undefined) execFileSync(testbed, ['down'], { env: testbedEnv });
  }
  return Object.fromEntries(Object.entries(rates).filter(([, list]) => list.length > 0).map(([name, list]) => [name, median(list)]));
}

try {
  const rates = await measure();
  if (values.json) console.log(JSON.stringify(rates));
  else {
    const { destino = Number.NaN, parallel = Number.NaN } = rates;
    const shown = (rate: number): string => `${rate.toFixed(0)} jobs/s`;
    console.log(`${jobs} jobs of true, ${cores} slots: Destino ${shown(destino)}, durable`);
    console.log(`GNU parallel: ${shown(parallel)}; ratio ${(destino / parallel).toFixed(2)} (bar ${bars.parallel})`);
    for (const name of ['sbatch', 'array'] as const) {
      const rate = rates[name];
      if (rate !== undefined) console.log(`Slurm on one node, ${name}: ${shown(rate)}; ratio ${(destino / rate).toFixed(1)} (bar ${bars.slurm})`);
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
