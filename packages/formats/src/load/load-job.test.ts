import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jobSpecSchema } from '@destino/core/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkFates } from './check-fates.ts';
import { loadJobFile, type ParsedJob } from './load-job.ts';
import type { LoadOptions } from './load-options.ts';
import { lowerJob } from './lower-job.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'destino-formats-'));
  mkdirSync(join(folder, 'job/src'), { recursive: true });
  mkdirSync(join(folder, 'job/docker'));
  writeFileSync(join(folder, 'data.csv'), 'a\n');
  writeFileSync(join(folder, 'job/conda.yml'), 'dependencies: [python=3.11, numpy]\n');
  writeFileSync(join(folder, 'job/env.yml'), '$schema: x/environment.schema.json\nname: e\nimage: python\nconda_file: conda.yml\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const load = (text: string, options: LoadOptions = {}) => loadJobFile({ path: join(folder, 'job/job.yml'), text }, options);
async function parsed(text: string, options: LoadOptions = {}): Promise<ParsedJob> {
  const { job, problems } = await load(text, options);
  if (job === undefined) throw new Error(problems.map((each) => each.message).join('; '));
  return job;
}
const told = async (text: string, options: LoadOptions = {}) => (await load(text, options)).problems.map((each) => `${each.line}:${each.column} ${each.code} ${each.message}`);
const job = 'command: ls\nenvironment: {image: python}\n';

describe('a job file', () => {
  it('is read and lowered into a job spec of core', async () => {
    const text = `command: |
  python main.py --data \${{inputs.data}} --lr \${{inputs.lr}} --flag \${{inputs.flag}} --out "\${{outputs.model}}" $[[--n \${{inputs.n}}]]
code: src
environment: {image: acme/train:1}
compute: azureml:cpu-cluster
inputs:
  data: {type: uri_file, path: ../data.csv, mode: download}
  lr: 1e-3
  flag: false
  web: {path: https://example.org/x}
  earlier: {path: azureml://jobs/calm-heron/outputs/model}
  n: {type: integer, value: 3}
outputs:
  model:
environment_variables: {A: 01, TOKEN: "\${{secrets.hf}}"}
resources: {instance_count: 2, instance_type: STANDARD_NC4AS_T4_V3, shm_size: 2g, properties: {ssh: {nice: 5}}}
distribution: {type: pytorch, process_count_per_instance: 4}
limits: {timeout: 60}
tags: {v: 1.10}
`;
    const read = await parsed(text);
    expect(read).toMatchObject({ target: 'cpu-cluster', code: { from: 'folder', path: join(folder, 'job/src') }, environment: { kind: 'image', image: 'acme/train:1' } });
    const spec = jobSpecSchema.parse(lowerJob(read, { name: 'calm-heron', environment: { kind: 'image', image: 'acme/train:1' }, snapshot: 'abc' }));
    expect(spec).toMatchObject({
      name: 'calm-heron',
      snapshot: 'abc',
      command: ['python main.py --data ', { input: 'data', quote: 'bare' }, ' --lr 1e-3 --flag False --out "', { output: 'model', quote: 'double' }, '" --n 3\n'],
      inputs: {
        data: { type: 'uri_file', mode: 'download', source: { from: 'path', path: join(folder, 'data.csv') } },
        lr: { type: 'literal', value: '1e-3' },
        web: { type: 'uri_folder', mode: 'ro_mount', source: { from: 'uri', uri: 'https://example.org/x' } },
        earlier: { source: { from: 'job', job: 'calm-heron', output: 'model' } },
      },
      outputs: { model: { type: 'uri_folder', mode: 'rw_mount' } },
      variables: { A: '01' },
      secrets: { TOKEN: { secret: 'hf' } },
      resources: { nodes: 2, processesPerNode: 4, cores: 4, memoryBytes: 28 * 2 ** 30, gpus: 1, gpuModel: 'T4', shmBytes: 2 * 2 ** 30, instanceType: 'Standard_NC4as_T4_v3', properties: { ssh: { nice: 5 } } },
      distribution: { type: 'pytorch' },
      timeoutMs: 60_000,
      tags: { v: '1.10' },
    });
  });

  it('tells all that is wrong with it at once, each at its place', async () => {
    const text = `command: |
  echo \${{inputs.lr}}
  echo \${{inputs.dta}} \${{inputs.lr}} \${{outputs.x}}
code: ../sources
environment: {image: python, build: {path: docker}}
inputs:
  data: {type: uri_file, path: nothing.csv}
  lr: 0.1
environment_variables: {"a b": x, U: "postgres://u:\${{secrets.pw}}@h"}
resources: {shm_size: lots, instance_type: Standard_DS3v2}
`;
    expect(await told(text)).toEqual([
      '3:8 expression the job has no input "dta", did you mean "data"?',
      '3:39 expression the job has no output "x"',
      `4:7 path-missing code names no folder at ../sources (looked for ${folder}/sources)`,
      '5:37 environment an environment has an image or a build, not both',
      `7:32 path-missing inputs.data.path names nothing at nothing.csv (looked for ${folder}/job/nothing.csv)`,
      '9:32 variable-name "a b" cannot be the name of a variable',
      '9:38 expression ${{secrets.pw}} must be the whole value of a variable',
      '10:23 resource "lots" is no size',
      '10:44 resource "Standard_DS3v2" is no VM size that Destino knows, did you mean "Standard_DS3_v2"?',
    ]);
  });

  it.each([
    ['azureml://registries/azureml/environments/sklearn-1.5/labels/latest', { kind: 'curated', name: 'sklearn-1.5' }],
    ['azureml:AzureML-lightgbm-3.3@latest', { kind: 'curated', name: 'AzureML-lightgbm-3.3' }],
    ['azureml:mine:01', { kind: 'registered', name: 'mine', version: '01' }],
    ['mine@latest', { kind: 'registered', name: 'mine', label: 'latest' }],
    ['file:env.yml', { kind: 'image', image: 'python', conda: { plan: { python: '==3.11.*', requirements: ['numpy'] } } }],
    ['./env.yml', { kind: 'image', image: 'python' }],
    ['{build: {path: docker, dockerfile_path: D}}', { kind: 'build', dockerfile: 'D' }],
    ['{image: python, conda_file: {dependencies: [scipy]}}', { kind: 'image', conda: { plan: { requirements: ['scipy'] } } }],
  ])('names its environment as %s', async (environment, wish) => {
    expect((await parsed(`command: ls\nenvironment: ${environment}\n`)).environment).toMatchObject(wish);
  });

  it('takes its code from git, an asset or a folder above', async () => {
    expect((await parsed(`${job}code: https://github.com/acme/x.git#main\n`)).code).toEqual({ from: 'git', url: 'https://github.com/acme/x.git', ref: 'main' });
    expect((await parsed(`${job}code: azureml:code:1\n`)).code).toEqual({ from: 'asset', reference: 'azureml:code:1' });
    expect((await parsed(`${job}code: ..\n`)).code).toEqual({ from: 'folder', path: folder });
    expect(await told(`${job}code: ../data.csv\n`)).toEqual(['3:7 path-kind code takes a folder; ../data.csv is a file']);
  });

  it('names its target with and without azureml:, and serverless is none', async () => {
    const target = async (compute: string) => (await parsed(`${job}compute: ${compute}\n`)).target;
    expect([await target('azureml:a'), await target('a'), await target('azureml:serverless')]).toEqual(['a', 'a', undefined]);
    expect(await told(`${job}compute: \${{parent.inputs.c}}\n`)).toEqual(['3:10 reference the target depends on ${{parent.inputs.c}}, which only a pipeline fills in']);
  });

  it('without the path of an input asks for it, and takes it from the command line', async () => {
    const text = `${job}inputs: {data: {type: uri_file}}\n`;
    expect(await told(text)).toEqual(['3:16 input-missing the input "data" has no path']);
    const read = await parsed(text, { inputs: { data: 'data.csv' }, currentFolder: folder });
    expect(read.inputs['data']).toMatchObject({ source: { from: 'path', path: join(folder, 'data.csv') } });
  });

  it('takes an untyped input whose path is a file as a file', async () => {
    expect((await parsed(`${job}inputs: {a: {path: ../data.csv}, b: {path: src}}\n`)).inputs).toMatchObject({ a: { type: 'uri_file' }, b: { type: 'uri_folder' } });
  });

  it('warns of what runs but is likely not meant', async () => {
    expect(await told('command: >-\n  source x\n  Rscript y.R\n  --data ${{inputs.type}}\nenvironment: {image: r}\ninputs: {type: uri_file, data: {type: uri_folder, path: ../data.csv}}\n')).toEqual([
      '3:3 folded-command this line is an argument of the line above: > makes one line of all',
      '6:16 input-like-field "type" is read as an input of that name, with the text "uri_file"',
      '6:57 path-kind ../data.csv is a file, and the input says uri_folder',
    ]);
  });

  it('tells a secret that the workspace does not have, and keeps literal ones out of what is stored', async () => {
    const text = `${job}environment_variables:\n  HF_TOKEN: hf_123456\n  B: \${{secrets.hf-tokne}}\n`;
    expect(await told(text, { secrets: new Set(['hf-token']) })).toEqual(['4:3 secret-literal environment_variables.HF_TOKEN looks like a secret that stands in the file as text', '5:6 secret-missing the workspace has no secret "hf-tokne", did you mean "hf-token"?']);
    const read = await parsed(text);
    expect(read.storedText).not.toContain('hf_123456');
    expect(JSON.stringify(lowerJob(read, { name: 'n', environment: { kind: 'host' } }).source)).not.toContain('hf_123456');
  });

  it('fills templates and overrides fields', async () => {
    const read = await parsed('command: echo {{WHO}}\nenvironment: {image: python}\n', { variables: { WHO: 'you' }, set: ['environment.image=r-base', 'tags.v=01'] });
    expect(read).toMatchObject({ command: ['echo you'], environment: { image: 'r-base' }, value: { tags: { v: '01' } } });
  });

  it('that cannot be read is a problem', async () => {
    expect((await loadJobFile(join(folder, 'no.yml'))).problems).toMatchObject([{ code: 'file-missing' }]);
    expect((await loadJobFile(folder)).problems).toMatchObject([{ code: 'file-missing', message: `${folder} is a folder` }]);
  });
});

describe('what a target makes of a job', () => {
  it('is refusals with their place and words, and notes of a line each', async () => {
    const { file, value, places } = await parsed(`${job}resources: {instance_count: 2, instance_type: Standard_DS3_v2}\nqueue_settings: {job_tier: spot}\n`);
    const { problems, notes } = checkFates({ kind: 'command-job', value, file, places }, 'local');
    expect(problems).toMatchObject([{ path: 'resources.instance_count', line: 3, column: 29, fate: 'refused', hint: '--set resources.instance_count=1, or a target with several nodes' }]);
    expect(notes.map((note) => `${note.line} ${note.fate} ${note.message}`)).toEqual([
      '3 translated resources.instance_type: the VM size is taken as its cores, memory and GPUs: 4 cores, 14 GiB',
      '4 noted queue_settings: the queue of serverless compute has no part in this',
    ]);
    expect(checkFates({ kind: 'command-job', value, file, places }, 'iot-edge').problems).toMatchObject([{ path: '', fate: 'refused' }]);
    expect(checkFates({ kind: 'command-job', value, file, places }, 'acme-slurm')).toEqual({ problems: [], notes: [] });
  });
});
