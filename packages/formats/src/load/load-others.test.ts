import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadAnyFile } from './load-any.ts';
import { loadComponentFile, loadDataFile, loadEnvironmentFile, loadModelFile } from './load-asset.ts';
import { loadDeploymentFile, loadEndpointFile } from './load-online.ts';
import { loadTargetFile } from './load-target.ts';
import { findWorkspaceFile, loadWorkspaceFile } from './load-workspace.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'destino-formats-'));
  mkdirSync(join(folder, 'model'));
  mkdirSync(join(folder, 'code/deep'), { recursive: true });
  writeFileSync(join(folder, 'destino.yaml'), 'name: demo\n');
  writeFileSync(join(folder, 'model.yml'), 'name: iris\nversion: 01\npath: model\ntype: mlflow_model\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (text: string) => ({ path: join(folder, 'x.yml'), text });
const messages = (problems: { line?: number | undefined; message: string }[]) => problems.map((each) => `${each.line}: ${each.message}`);
const ssh = z.strictObject({ host: z.string(), port: z.int().min(1).max(65_535).optional(), user: z.string().optional() });
const drivers = { configSchema: (kind: string) => (kind === 'ssh' ? ssh : undefined), kinds: ['local', 'ssh', 'acme-slurm'] };

describe('target files', () => {
  it('of Azure go to the driver that knows them', async () => {
    const cluster = await loadTargetFile(at('type: amlcompute\nname: cpu-cluster\nsize: STANDARD_DS3_v2\ntier: Low_Priority\nmax_instances: 2\n'));
    expect(cluster.target).toEqual({ name: 'cpu-cluster', kind: 'amlcompute', config: { size: 'STANDARD_DS3_v2', tier: 'low_priority', max_instances: 2 }, tags: {}, autoStart: false });
    const instance = await loadTargetFile(at('type: computeinstance\nname: my-ci\nschedules: {compute_start_stop: [{action: stop, trigger: {type: cron, expression: 0 18 * * *, time_zone: Pacific Standard Time}}]}\n'));
    expect(instance.target).toMatchObject({ kind: 'compute-instance', config: { schedules: { compute_start_stop: [{ trigger: { expression: '0 18 * * *', time_zone: 'Pacific Standard Time' } }] } } });
    expect((await loadTargetFile(at('type: kubernetes\nname: aks1\nresource_id: /x\n'))).target).toMatchObject({ kind: 'aks', config: { resource_id: '/x' } });
  });

  it('of any driver have their config read by its schema, from the source text', async () => {
    const { target } = await loadTargetFile(at('kind: ssh\nname: gpu1\nconfig: {host: 010.lab, port: "2222"}\n'), drivers);
    expect(target).toMatchObject({ name: 'gpu1', kind: 'ssh', config: { host: '010.lab', port: 2222 } });
    const wrong = await loadTargetFile(at('kind: ssh\nconfig:\n  hst: x\n  port: 99999\n'), drivers);
    expect(messages(wrong.problems)).toEqual(['3: "hst" is no known field in config, did you mean "host"?', '3: config.host is missing; it takes text', '4: config.port: Too big: expected number to be <=65535']);
  });

  it('hold secrets as references, which drivers resolve when they need them', async () => {
    const withSecret = { ...drivers, configSchema: () => z.strictObject({ password: z.strictObject({ secret: z.string() }) }) };
    expect((await loadTargetFile(at('kind: ssh\nconfig: {password: "${{secrets.gpu1}}"}\n'), withSecret)).target?.config).toEqual({ password: { secret: 'gpu1' } });
    expect(JSON.stringify((await loadTargetFile(at('kind: ssh\nconfig: {password: hunter2}\n'), withSecret)).problems)).not.toContain('hunter2');
    const azure = await loadTargetFile(at('type: virtualmachine\nname: vm1\nresource_id: /x\nssh_settings: {admin_password: "${{secrets.vm}}"}\n'));
    expect(azure.target?.config).toMatchObject({ ssh_settings: { admin_password: { secret: 'vm' } } });
  });

  it('of an unknown kind tell the nearest, and those of a known plugin keep their config', async () => {
    expect(messages((await loadTargetFile(at('kind: acme-slrum\nconfig: {}\n'), drivers)).problems)).toEqual(['1: no driver knows the kind "acme-slrum", did you mean "acme-slurm"?']);
    expect((await loadTargetFile(at('kind: acme-slurm\nconfig: {partition: gpu, nodes: 2, when: ~}\n'), drivers)).target?.config).toEqual({ partition: 'gpu', nodes: 2, when: null });
  });
});

describe('the workspace file', () => {
  it('is found by walking up', async () => {
    expect(await findWorkspaceFile(join(folder, 'code/deep'))).toBe(join(folder, 'destino.yaml'));
    expect(await findWorkspaceFile(folder, { read: () => Promise.reject(new Error('unused')), kindOf: () => Promise.resolve('nothing') })).toBeUndefined();
  });

  it('has targets, aliases, substitutes and registries', async () => {
    const text = `name: demo
default_target: gpu1
targets:
  gpu1: {kind: ssh, config: {host: gpu1.lab}, auto_start: true}
aliases: {cpu-cluster: [gpu1, local], big: gpu1}
environments:
  acme/train:1: host
  sklearn-1.5: {python: 3.10, packages: [scikit-learn==1.5.2]}
registries:
  - {server: ghcr.io, username: me, password: "\${{secrets.ghcr}}", push: true}
policy: {idle: 30m, retries: {preempted: {attempts: 3}}}
`;
    const { value, targets, problems } = await loadWorkspaceFile({ path: join(folder, 'destino.yaml'), text }, drivers);
    expect(problems).toEqual([]);
    expect(targets['gpu1']).toEqual({ name: 'gpu1', kind: 'ssh', config: { host: 'gpu1.lab' }, tags: {}, autoStart: true });
    expect(value).toMatchObject({ aliases: { 'cpu-cluster': ['gpu1', 'local'], big: 'gpu1' }, environments: { 'acme/train:1': 'host', 'sklearn-1.5': { python: '3.10' } } });
  });

  it('tells its faults, those of a driver’s config too', async () => {
    const text = 'targets:\n  gpu1: {kind: ssh, config: {prot: 22}}\n  b: {kind: sssh}\npolicy: {idle: soon}\nserver: ftp://x\n';
    const { problems } = await loadWorkspaceFile({ path: 'destino.yaml', text }, drivers);
    expect(messages(problems)).toEqual([
      '2: targets.gpu1.config.host is missing; it takes text',
      '2: "prot" is no known field in targets.gpu1.config, did you mean "port"?',
      '3: no driver knows the kind "sssh", did you mean "ssh"?',
      '4: policy.idle: a duration is a number with ms, s, m, h or d, as 30m',
      '5: server: Invalid URL',
    ]);
  });
});

describe('deployments and endpoints', () => {
  it('name their model, code and environment in every way', async () => {
    const text = (model: string) => `name: blue\nendpoint_name: iris\nmodel: ${model}\ncode_configuration: {code: code, scoring_script: score.py}\nenvironment: azureml:AzureML-sklearn-1.5@latest\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n`;
    const model = async (written: string) => (await loadDeploymentFile(at(text(written)))).deployment?.model;
    expect(await model('azureml:iris:01')).toEqual({ from: 'workspace', name: 'iris', version: '01' });
    expect(await model('{name: iris, version: 2, path: model, type: triton_model}')).toEqual({ from: 'path', path: join(folder, 'model'), name: 'iris', version: '2', type: 'triton_model' });
    expect(await model('file:model.yml')).toEqual({ from: 'path', path: join(folder, 'model'), name: 'iris', version: '01', type: 'mlflow_model' });
    expect(await model('model')).toMatchObject({ from: 'path', path: join(folder, 'model') });
    expect(await model('{path: "."}')).toMatchObject({ from: 'path', path: folder });
    expect((await loadDeploymentFile(at(text('x')))).problems).toMatchObject([{ code: 'path-missing', line: 3 }]);
    expect((await loadDeploymentFile(at(text('azureml:m@latest')))).deployment).toMatchObject({ code: { folder: join(folder, 'code'), entryScript: 'score.py' }, environment: { kind: 'curated' } });
  });

  it('without anything to serve, or with sizes that are none, are refused', async () => {
    expect(messages((await loadDeploymentFile(at('name: blue\nendpoint_name: iris\n'))).problems)).toEqual(['1: a deployment needs a model, a code_configuration or an environment']);
    expect(messages((await loadDeploymentFile(at('name: blue\nmodel: azureml:m:1\nresources: {requests: {cpu: lots, memory: 1Gi}}\n'))).problems)).toEqual(['3: "lots" is no number of cores']);
  });

  it('of the Kubernetes kind name their target', async () => {
    expect((await loadEndpointFile(at('name: iris\ncompute: azureml:aks1\nauth_mode: Key\ntraffic: {blue: 100}\n'))).endpoint).toMatchObject({ target: 'aks1', auth_mode: 'key', traffic: { blue: 100 } });
  });
});

describe('assets', () => {
  it('are read with what they name', async () => {
    expect((await loadModelFile(join(folder, 'model.yml'))).model).toMatchObject({ version: '01', source: { from: 'path', path: join(folder, 'model') } });
    expect((await loadEnvironmentFile(at('name: e\nbuild: {path: code}\n'))).environment?.wish).toEqual({ kind: 'build', folder: join(folder, 'code'), dockerfile: 'Dockerfile' });
    expect((await loadDataFile(at('name: d\ntype: uri_folder\npath: model\n'))).data?.at).toEqual({ path: join(folder, 'model') });
    expect((await loadDataFile(at('name: d\npath: wasbs://a@b/c\n'))).data?.at).toEqual({ uri: 'wasbs://a@b/c' });
  });

  it('that lead nowhere are told at the field', async () => {
    expect((await loadModelFile(at('name: m\npath: nothing\n'))).problems).toMatchObject([{ line: 2, code: 'path-missing' }]);
    expect((await loadModelFile(at('name: m\n'))).problems).toMatchObject([{ path: 'path', code: 'missing-field' }]);
    expect((await loadDataFile(at('name: d\ntype: uri_file\npath: model\n'))).problems).toMatchObject([{ code: 'path-kind' }]);
    expect((await loadEnvironmentFile(at('name: e\nimage: x\nconda_file: no.yml\n'))).problems).toMatchObject([{ line: 3, code: 'path-missing' }]);
  });

  it('of components check their command and defaults, and take text defaults as official files have them', async () => {
    const text = 'name: c\ncommand: run ${{inputs.a}} ${{inputs.b}}\nenvironment: {image: python}\ninputs:\n  a: {type: string, default: True, enum: ["True", "False"]}\n  n: {type: integer, default: many}\n';
    expect(messages((await loadComponentFile(at(text))).problems)).toEqual(['2: the job has no input "b", did you mean "a"?', '6: the default of "n", many, is no integer']);
  });
});

describe('a file of any kind', () => {
  it('is checked by the loader of its kind', async () => {
    expect(await loadAnyFile(at('command: ls ${{inputs.x}}\nenvironment: {image: python}\n'))).toMatchObject({ kind: 'command-job', problems: [{ code: 'expression' }] });
    expect(await loadAnyFile(at('dependencies: [python]\n'))).toMatchObject({ kind: undefined, problems: [{ code: 'kind-conda' }] });
  });

  it('that is a placeholder is told so, instead of what would come of it', async () => {
    const { problems } = await loadAnyFile(at('$schema: x/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: <my-endpoint>\nmodel: azureml:m:1\nenvironment_variables: {A: "x@<KV_NAME>.net"}\n'));
    expect(problems).toMatchObject([{ line: 3, severity: 'error', code: 'placeholder' }, { line: 5, severity: 'warning', code: 'placeholder' }]);
  });
});
