import type { JobSpec, Owner } from '@destino/core/model';
import { slurmJobSchema, type SlurmConfig, type SlurmJob } from './config.ts';

const mebibyte = 1_048_576;
const minuteMs = 60_000;
/** The helper ends the work at the time-out; Slurm's own limit, in whole minutes, is the backstop behind it. */
const backstopMs = 2 * minuteMs;
const longestName = 100;

/** What a job says of Slurm, over what its target says. */
export function slurmOptionsOf(job: JobSpec, config: SlurmConfig): SlurmJob {
  const { partition, account, qos, constraint, reservation, setup } = config;
  const defaults = { partition, account, qos, constraint, reservation, setup };
  const own = slurmJobSchema.parse(job.resources.properties['slurm'] ?? {});
  return slurmJobSchema.parse(Object.fromEntries(Object.entries({ ...defaults, ...own }).filter(([, value]) => value !== undefined)));
}

/** The words of `sbatch` for a job. */
export function sbatchOptions(job: JobSpec, config: SlurmConfig, marks: { key: string; folder: string; owner: Owner }): string[] {
  const { nodes, processesPerNode, cores, memoryBytes, gpus, gpuModel } = job.resources;
  const slurm = slurmOptionsOf(job, config);
  const coresEach = slurm.coresPerProcess ?? (cores === undefined ? undefined : Math.max(1, Math.ceil(cores / processesPerNode)));
  const options: Record<string, string | number | undefined> = {
    'job-name': job.name.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, longestName),
    comment: `destino ${marks.key} ${encodeURIComponent(marks.owner.workspace)} ${encodeURIComponent(marks.owner.incarnation)}`,
    output: `${marks.folder}/batch.log`,
    chdir: marks.folder,
    export: 'NIL',
    nodes,
    'ntasks-per-node': processesPerNode,
    'cpus-per-task': coresEach,
    mem: memoryBytes === undefined ? undefined : `${Math.ceil(memoryBytes / mebibyte)}M`,
    'gpus-per-node': gpus === undefined || gpus === 0 ? undefined : gpuModel === undefined ? gpus : `${gpuModel}:${gpus}`,
    time: job.timeoutMs === undefined ? undefined : Math.ceil((job.timeoutMs + job.graceMs + backstopMs) / minuteMs),
    partition: slurm.partition,
    account: slurm.account,
    qos: slurm.qos,
    constraint: slurm.constraint,
    reservation: slurm.reservation,
    exclude: slurm.exclude,
    licenses: slurm.licenses,
    nice: slurm.nice,
  };
  const words = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  return ['--parsable', '--no-requeue', ...words, ...(slurm.exclusive === true ? ['--exclusive'] : [])];
}
