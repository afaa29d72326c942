import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jobSpecSchema } from '@destino/core/model';
import { describe, expect, it } from 'vitest';
import { checkFates, loadAnyFile, loadJobFile, lowerJob, planEnvironment, targetKinds } from '../src/index.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const root = join(resolve(repository, process.env['DESTINO_TRUTH'] ?? '../shared'), 'azureml-examples');
const table = readFileSync(new URL('verdicts.tsv', import.meta.url), 'utf8').trim().split('\n').slice(1);

/** Every YAML file of the examples, by its path from their root. */
function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** One line of the table: path, kind, verdict, and for each problem its place, code and severity. */
async function verdict(path: string): Promise<string> {
  const { kind, problems } = await loadAnyFile(join(root, path));
  const refused = problems.some((each) => each.severity === 'error');
  const reasons = problems.map((each) => `${each.line ?? '-'} ${each.severity === 'warning' ? 'warning ' : ''}${each.code}${each.path === '' ? '' : ` ${each.path}`}`);
  return [path, kind ?? '-', refused ? 'refused' : 'accepted', reasons.join('; ')].join('\t');
}

const files = yamlFiles(root);
const accepted = new Map(table.map((line) => line.split('\t')).filter(([, , word]) => word === 'accepted').map(([path = '', kind = '']) => [path, kind]));

describe('the official examples of Azure ML', () => {
  it('are all in the table of verdicts, and no others', () => {
    expect(table.map((line) => line.split('\t')[0])).toEqual(files);
    expect(files.length).toBeGreaterThan(200);
  });

  it.each(table)('have the verdict: %s', async (line) => {
    expect(await verdict(line.split('\t')[0] ?? '')).toBe(line);
  });

  it('that are accepted jobs lower into job specs of core, with an environment for each way of running', async () => {
    const jobs = [...accepted].filter(([, kind]) => kind === 'command-job').map(([path]) => path);
    expect(jobs.length).toBeGreaterThanOrEqual(27);
    for (const path of jobs) {
      const { job } = await loadJobFile(join(root, path));
      const [candidate] = job === undefined ? [] : planEnvironment(job.environment).candidates;
      expect([path, job !== undefined && candidate !== undefined]).toEqual([path, true]);
      if (job === undefined || candidate === undefined) continue;
      const environment = 'environment' in candidate ? candidate.environment : { kind: 'build' as const, snapshot: 'x', dockerfile: candidate.build.dockerfile };
      const spec = jobSpecSchema.parse(JSON.parse(JSON.stringify(lowerJob(job, { name: 'x', environment }))));
      expect(spec.command.length).toBeGreaterThan(0);
    }
  });

  it('have a substitute wherever they name a curated environment, a base image or a Python image', async () => {
    const without: string[] = [];
    for (const [path, kind] of accepted) {
      if (kind !== 'command-job') continue;
      const { job } = await loadJobFile(join(root, path));
      if (job !== undefined && job.environment.kind !== 'build' && planEnvironment(job.environment).candidates.length < 2) without.push(path);
    }
    expect(without).toEqual([]);
  });

  it('run on this machine unless they ask for several nodes', async () => {
    const refused: string[] = [];
    for (const [path, kind] of accepted) {
      const { loaded } = await loadAnyFile(join(root, path));
      if (kind !== 'command-job' || loaded.value === undefined || loaded.file === undefined) continue;
      const read = { kind: 'command-job' as const, value: loaded.value, file: loaded.file, places: loaded.places };
      for (const target of targetKinds) expect(checkFates(read, target).problems.every((each) => each.path === '' || each.line !== undefined)).toBe(true);
      refused.push(...checkFates(read, 'local').problems.map((each) => `${path} ${each.path}`));
    }
    expect(refused).toEqual([
      'cli/jobs/single-step/pytorch/cifar-distributed/job.yml resources.instance_count',
      'cli/jobs/single-step/tensorflow/mnist-distributed/job.yml resources.instance_count',
      'cli/jobs/single-step/tensorflow/mnist-distributed/job.yml distribution.worker_count',
    ]);
  });
});
