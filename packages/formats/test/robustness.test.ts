import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatProblemSchema, loadAnyFile, redactSource, verbs, type FileAccess } from '../src/index.ts';

/** The same cases on every run: what new ones find belongs into a test of its own. */
fc.configureGlobal({ seed: 20_261_123 });

const seeds = [
  `$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: |
  python main.py --data \${{inputs.data}} --lr "\${{inputs.lr}}" $[[--n \${{inputs.n}}]]
code: src
environment: {image: "python:3.11", conda_file: conda.yml}
inputs:
  data: {type: uri_folder, path: ../data, mode: ro_mount}
  lr: 1e-3
outputs:
  model:
environment_variables: {HF_TOKEN: \${{secrets.hf}}, A: &a "x", B: *a}
resources: {instance_count: 2, instance_type: Standard_DS3_v2, shm_size: 2g}
distribution: {type: pytorch, process_count_per_instance: 2}
tags: {<<: {a: b}, v: 1.10}
`,
  `$schema: x/managedOnlineDeployment.schema.json
name: blue
endpoint_name: iris
model: {name: m, version: 1, path: ./model}
code_configuration: {code: ../code, scoring_script: score.py}
environment: azureml://registries/azureml/environments/sklearn-1.5/labels/latest
scale_settings: {type: target_utilization, min_instances: 1, max_instances: 3}
`,
  `name: demo
targets:
  gpu1: {kind: ssh, config: {host: gpu1.lab, password: hunter2}}
aliases: {cpu-cluster: [gpu1, local]}
policy: {idle: 30m}
`,
  `name: c
type: command
version: 01
inputs: {x: {type: string, default: True, enum: ['True']}}
command: >-
  echo \${{inputs.x}}
environment: file:env.yml
`,
];

const pieces = ['${{', '}}', '$[[', ']]', '{{X}}', '&a ', '*a', '<<: *a\n', ': ', '\n', '\t', '"', "'", '[', '{', '}', ']', '|', '>-\n', '#', '\0', '\uFEFF', '---\n', '...\n', '!tag ', '? ', '- ', '%YAML 9.9\n', '__proto__: 1\n', 'constructor: 1\n', 'toString: {}\n', '../../../../etc/passwd', '/etc/passwd', '\u2028', '😀', '\r\n', '..', '~', '`', '$(', '<X>', '0x', '1e999', '-', ''];
const edit = fc.record({ at: fc.nat(2000), drop: fc.nat(12), put: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 4 })) });
const mutated = fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 })).map(([seed, edits]) =>
  edits.reduce((text, { at, drop, put }) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + put + text.slice(from + drop);
  }, seed),
);

/** Nothing exists but some of what the seeds name; everything that is asked for is written down. */
function watched(): FileAccess & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    read: (path) => {
      asked.push(path);
      return Promise.resolve(new TextEncoder().encode(path.endsWith('conda.yml') ? 'dependencies: [numpy]\n' : 'image: python\n'));
    },
    kindOf: (path) => {
      asked.push(path);
      return Promise.resolve(/\.ya?ml$|passwd/.test(path) ? 'file' : /src|code|model|data/.test(path) ? 'folder' : 'nothing');
    },
  };
}

describe('files that went wrong', () => {
  it('give problems with places inside the file, and never an exception', async () => {
    const seen = { problems: 0, fine: 0 };
    await fc.assert(
      fc.asyncProperty(mutated, fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...verbs) }), async (text, verb) => {
        const { kind, loaded, problems } = await loadAnyFile({ path: '/work/job.yml', text }, { files: watched(), ...(verb !== undefined && { verb }) });
        seen[problems.length > 0 ? 'problems' : 'fine'] += 1;
        const lines = text.split('\n').length;
        const outside = problems.filter((each) => each.file === '/work/job.yml' && (each.line ?? 1) > lines);
        const told = JSON.stringify(z.array(formatProblemSchema).parse(problems));
        const leaked = /[\s{,]password: hunter2}/.test(text) && told.includes('hunter2');
        const valueless = problems.every((each) => each.severity !== 'error') && (kind === undefined || loaded.value === undefined);
        expect({ outside, leaked, valueless }).toEqual({ outside: [], leaked: false, valueless: false });
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(seen.problems, seen.fine)).toBeGreaterThan(20);
  });

  it('lead to nothing that they do not name', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async (text) => {
        const files = watched();
        await loadAnyFile({ path: '/work/job.yml', text }, { files });
        const strangers = files.asked.filter((path) => !text.includes(path.split('/').pop() ?? '') && path !== '/work' && !path.endsWith('/..'));
        expect(strangers.filter((path) => path.includes('passwd') || !path.startsWith('/'))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('keep their secrets hidden in what is stored, whatever else is wrong with them', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        expect(redactSource(text)).not.toMatch(/[\s{,]password: hunter2/);
      }),
      { numRuns: 800 },
    );
  });

  it('of bytes are refused or read, never thrown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const files: FileAccess = { read: () => Promise.resolve(bytes), kindOf: () => Promise.resolve('file') };
        const { problems } = await loadAnyFile('/work/x.yml', { files });
        expect(problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
