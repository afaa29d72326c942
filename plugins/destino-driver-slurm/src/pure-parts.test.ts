import { describe, expect, it } from 'vitest';
import { jobSpecSchema, type JobSpecInput } from '@destino/core/model';
import { checkWant } from './check.ts';
import { slurmConfigSchema } from './config.ts';
import { driver } from './driver.ts';
import { parseCursor, parsePieces } from './logs.ts';
import { mapFailure } from './map-error.ts';
import { parseProbe } from './probe.ts';
import { sbatchOptions } from './sbatch-options.ts';

const config = slurmConfigSchema.parse({ folder: '/shared/me', partition: 'main' });
const job = (rest: Partial<JobSpecInput> = {}): ReturnType<typeof jobSpecSchema.parse> => jobSpecSchema.parse({ name: 'train it', command: ['true'], ...rest });
const marks = { key: 'a'.repeat(26), folder: '/shared/me/jobs/a', owner: { workspace: 'my work', incarnation: 'x' } };

describe('options of sbatch', () => {
  it('say resources, marks and the options of the job over those of the target', () => {
    const resources = { nodes: 2, processesPerNode: 4, cores: 8, memoryBytes: 2 ** 31, gpus: 2, gpuModel: 'a100', properties: { slurm: { partition: 'gpu,main', exclusive: true, nice: 5 } } };
    expect(sbatchOptions(job({ resources, timeoutMs: 90_000, graceMs: 10_000 }), config, marks)).toEqual([
      '--parsable', '--no-requeue', '--job-name=train-it', `--comment=destino ${marks.key} my%20work x`, '--output=/shared/me/jobs/a/batch.log', '--chdir=/shared/me/jobs/a', '--export=NIL',
      '--nodes=2', '--ntasks-per-node=4', '--cpus-per-task=2', '--mem=2048M', '--gpus-per-node=a100:2', '--time=4', '--partition=gpu,main', '--nice=5', '--exclusive',
    ]);
  });

  it('take no words that would be another option', () => {
    expect(slurmConfigSchema.safeParse({ folder: '/x', partition: '--uid=0' }).success).toBe(false);
    expect(slurmConfigSchema.safeParse({ folder: '/x', host: '-oProxyCommand=evil' }).success).toBe(false);
    const problems = checkWant({ job: job({ resources: { properties: { slurm: { partition: '-p', other: 1 } } } }) }, config, driver.capabilities);
    expect(problems.map(({ path }) => path)).toEqual(['resources.properties.slurm.partition', 'resources.properties.slurm']);
  });
});

describe('check', () => {
  const paths = (rest: Partial<JobSpecInput>, over = config): string[] => checkWant({ job: job(rest) }, over, driver.capabilities).map(({ path }) => path);

  it('names what a cluster cannot do, with the way out', () => {
    expect(paths({ environment: { kind: 'image', image: 'x' } })).toEqual(['environment']);
    expect(paths({ resources: { nodes: 100, processesPerNode: 2 } })).toEqual(['resources']);
    expect(paths({ distribution: { type: 'ray' } })).toEqual(['distribution']);
    expect(paths({ inPlace: '/x' })).toEqual(['inPlace']);
    expect(paths({ inputs: { a: { type: 'uri_file', mode: 'download', source: { from: 'uri', uri: 'https://x/y' } } } })).toEqual(['inputs.a']);
    expect(paths({ secrets: { 'a-b': { secret: 's' } } })).toEqual(['secrets.a-b']);
  });

  it('takes paths of this machine only where it is the login node', () => {
    const inputs = { a: { type: 'uri_file' as const, mode: 'ro_mount' as const, source: { from: 'path' as const, path: '/data/x' } } };
    expect(paths({ inputs })).toEqual([]);
    expect(paths({ inputs }, slurmConfigSchema.parse({ folder: '/x', host: 'login' }))).toEqual(['inputs.a']);
  });

  it('knows the partitions that the last probe saw', () => {
    const probe = parseProbe('version slurm-wlm 22.05.8\npartition main|up|infinite|3|0/12/0/12|gpu:a100:4\naccounts\nwritable\nfree 100\n');
    expect(probe).toMatchObject({ health: 'healthy', attributes: { slurm: '22.05.8', accounting: true, folderFreeBytes: 102_400 }, missing: {} });
    const [problem] = checkWant({ job: job({ resources: { properties: { slurm: { partition: 'big' } } } }) }, config, driver.capabilities, probe);
    expect(problem).toMatchObject({ code: 'no-partition', hint: 'it has main' });
  });
});

describe('errors', () => {
  it.each([
    ['sbatch', 1, 'sbatch: error: Batch job submission failed: Invalid partition name specified', 'rejected'],
    ['sbatch', 1, 'sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user\'s size and/or time limits)', 'quota'],
    ['sbatch', 1, 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)', 'unavailable'],
    ['sbatch', 1, 'sbatch: error: a plugin of this site says no', 'rejected'],
    ['inspect', 1, 'slurm_load_jobs error: Socket timed out on send/recv operation', 'unavailable'],
    ['inspect', 255, 'ssh: connect to host x port 22: Connection refused', 'unavailable'],
    ['inspect', 255, 'me@x: Permission denied (publickey).', 'unauthenticated'],
    ['inspect', 127, 'sh: 1: squeue: not found', 'config-invalid'],
  ])('%s, %i, "%s" is %s', (op, code, stderr, expected) => {
    expect(mapFailure(op, { code, stderr, stdout: Buffer.alloc(0) }, 'x').code).toBe(expected);
  });
});

describe('logs', () => {
  it('read pieces of any bytes, and refuse an answer that was cut off', () => {
    const answer = Buffer.concat([Buffer.from('@ 0 stdout 3 5 0\n'), Buffer.from([10, 64, 255, 0, 10]), Buffer.from('@ 12 stderr 0 2 7\nab')]);
    expect(parsePieces(answer).map(({ rank, stream, from, bytes, left }) => [rank, stream, from, [...bytes], left])).toEqual([[0, 'stdout', 3, [10, 64, 255, 0, 10], 0], [12, 'stderr', 0, [97, 98], 7]]);
    for (const length of [answer.length - 1, 10, 18]) expect(() => parsePieces(answer.subarray(0, length))).toThrow('only in part');
  });

  it('refuse a cursor that is none', () => {
    expect(parseCursor('0:5:7,12:0:1')).toEqual({ '0.stdout': 5, '0.stderr': 7, '12.stdout': 0, '12.stderr': 1 });
    for (const cursor of ['x', '1:2', '1:2:3,', '-1:2:3', '$(x):1:1']) expect(() => parseCursor(cursor)).toThrow('is not a log cursor');
  });
});
