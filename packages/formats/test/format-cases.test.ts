import { describe, expect, it } from 'vitest';
import { checkFates, loadAnyFile, loadDeploymentFile, loadJobFile, loadTargetFile, planEnvironment, type FileAccess, type FileKind, type LoadOptions, type ParsedJob } from '../src/index.ts';

/** A file system on which every folder exists that a case names, and every name with a dot in it is a file. */
const files: FileAccess = {
  read: () => Promise.resolve(new TextEncoder().encode('dependencies: [python=3.8, numpy]\n')),
  kindOf: (path) => Promise.resolve(path.includes('missing') ? 'nothing' : /\.[a-z]+$/.test(path) ? 'file' : 'folder'),
};
const at = (text: string) => ({ path: '/w/x.yml', text });
const any = (text: string, options: LoadOptions = {}) => loadAnyFile(at(text), { files, ...options });
const codes = async (text: string, options: LoadOptions = {}) => (await any(text, options)).problems.map((each) => each.code);

async function job(text: string, options: LoadOptions = {}): Promise<ParsedJob> {
  const { job: read, problems } = await loadJobFile(at(text), { files, ...options });
  if (read === undefined) throw new Error(problems.map((each) => each.message).join('; '));
  return read;
}

async function fates(kind: FileKind, text: string, target: string): Promise<string[]> {
  const { loaded } = await any(text);
  if (loaded.value === undefined || loaded.file === undefined) throw new Error(loaded.problems.map((each) => each.message).join('; '));
  const { problems, notes } = checkFates({ kind, value: loaded.value, file: loaded.file, places: loaded.places }, target);
  return [...problems.map((each) => `refused ${each.path}`), ...notes.map((each) => `${each.fate} ${each.path}`)];
}

const ls = 'command: ls\nenvironment: {image: python}\n';
const deployment = (more: string) => `$schema: x/managedOnlineDeployment.schema.json\nname: blue\nendpoint_name: e\nmodel: azureml:m:1\n${more}`;

describe('what should happen to real files (the numbers are those of the list of cases)', () => {
  it('1-3: Python images and curated environments have a substitute, in each spelling', async () => {
    for (const environment of ['{image: library/python:latest}', 'azureml://registries/azureml/environments/sklearn-1.5/labels/latest', 'azureml:AzureML-lightgbm-3.3@latest']) {
      const { environment: wish } = await job(`command: ls\nenvironment: ${environment}\n`);
      expect(planEnvironment(wish).candidates.map((each) => each.by)).toEqual(['image', 'shipped']);
    }
  });

  it('4: a type beside a name is two literals, passed as text, with a warning', async () => {
    const text = `command: echo \${{inputs.iris_csv}}\nenvironment: {image: python}\ninputs:\n  type: uri_file\n  iris_csv: https://x/iris.csv\n`;
    expect((await job(text)).command).toEqual(['echo https://x/iris.csv']);
    expect(await codes(text)).toEqual(['input-like-field']);
  });

  it('5: literals keep their spelling, booleans have that of Python', async () => {
    const text = 'command: "x ${{inputs.a}} ${{inputs.b}} ${{inputs.c}} ${{inputs.d}}"\nenvironment: {image: python}\ninputs: {a: False, b: 1.0, c: 1e-3, d: "false"}\n';
    expect((await job(text)).command).toEqual(['x False 1.0 1e-3 false']);
  });

  it('6: a text input may have the default True and the choice "True"', async () => {
    expect(await codes(`$schema: x/commandComponent.schema.json\nname: c\nversion: 1\n${ls}inputs:\n  resize: {type: string, default: True, enum: ['True', 'False']}\n`)).toEqual([]);
  });

  it('7, 42: versions and tags are the text as written', async () => {
    const { loaded } = await any(`$schema: x/commandComponent.schema.json\nname: c\nversion: 01\n${ls}tags: {device_batching: 16, v: 1.10}\n`);
    expect(loaded.value).toMatchObject({ version: '01', tags: { device_batching: '16', v: '1.10' } });
  });

  it('8, 43: enums ignore case, and the last segment of $schema decides whatever its host', async () => {
    const { loaded } = await any('$schema: https://azuremlsdk2.blob.core.windows.net/latest/kubernetesOnlineEndpoint.schema.json \nname: e\nauth_mode: Key\n');
    expect(loaded).toMatchObject({ kind: 'online-endpoint', value: { auth_mode: 'key' } });
  });

  it('9: a template is one error that lists its holes, and is filled by variables', async () => {
    const text = deployment('environment: {image: "{{ACR}}.azurecr.io/x:{{TAG}}"}\n').replaceAll('"', '');
    expect((await any(text)).problems).toMatchObject([{ code: 'template', hint: 'give --var ACR=VALUE --var TAG=VALUE' }]);
    expect(await codes(text, { variables: { ACR: 'acme', TAG: '1' } })).toEqual([]);
  });

  it('10: a placeholder is told as what it is', async () => {
    expect(await codes(deployment('code_configuration: {code: <CODE_DIR>, scoring_script: score.py}\n'))).toEqual(['placeholder']);
  });

  it('11: an endpoint name may come from the command line', async () => {
    expect(await codes('$schema: x/managedOnlineDeployment.schema.json\nname: blue\nmodel: azureml:m:1\n')).toEqual([]);
  });

  it('12: a schedule keeps its Windows time zone and naive time as text', async () => {
    const { target } = await loadTargetFile(at('type: computeinstance\nname: abc\nschedules: {compute_start_stop: [{action: stop, trigger: {type: cron, expression: 0 18 * * *, start_time: 2021-03-10T21:21:07, time_zone: Pacific Standard Time}}]}\n'));
    expect(JSON.stringify(target?.config)).toContain('"start_time":"2021-03-10T21:21:07","time_zone":"Pacific Standard Time"');
  });

  it('13, 15: a machine to attach is taken, and its password warned of', async () => {
    expect(await codes('type: virtualmachine\nname: vm1\nresource_id: /subscriptions/x\nssh_settings: {admin_username: u, admin_password: p4ssw0rd}\n')).toEqual(['secret-literal']);
  });

  it('16: interactive services are noted, and honoured by Azure', async () => {
    const text = `${ls}services: {code: {type: vs_code}, board: {type: tensor_board, log_dir: outputs/tb}}\n`;
    expect([await fates('command-job', text, 'local'), await fates('command-job', text, 'amlcompute')]).toEqual([['noted services'], []]);
  });

  it('18, 19: code may stand above the file, or in git', async () => {
    expect((await job(`${ls}code: ../aml-mlfow-java-example\nenvironment_variables: {REGION: ""}\n`))).toMatchObject({ code: { path: '/aml-mlfow-java-example' }, variables: { REGION: '' } });
    expect((await job(`${ls}code: git+https://github.com/a/b#v1\n`)).code).toEqual({ from: 'git', url: 'https://github.com/a/b', ref: 'v1' });
  });

  it('20-24: outputs of jobs, runs and datastores are sources, and a null output is the default', async () => {
    const text = `${ls}inputs:\n  a: {type: mlflow_model, path: "runs:/abc/model"}\n  b: {path: azureml://datastores/workspaceblobstore/paths/x/}\n  c: {path: azureml://jobs/j/outputs/artifacts/paths/x}\noutputs:\n  o:\n`;
    expect(await job(text)).toMatchObject({ inputs: { a: { source: { uri: 'runs:/abc/model' } }, b: { source: { from: 'uri' } }, c: { source: { from: 'uri' } } }, outputs: { o: { type: 'uri_folder', mode: 'rw_mount' } } });
  });

  it('25, 26: serverless is no target of its own; one that depends on an input is said to', async () => {
    expect((await job(`${ls}compute: azureml:serverless\n`)).target).toBeUndefined();
    expect(await codes(`$schema: x/commandJob.schema.json\n${ls}compute: \${{parent.inputs.node}}\n`)).toEqual(['reference']);
  });

  it('33: additional includes are known', async () => {
    expect(await codes(`$schema: x/commandComponent.schema.json\nname: c\n${ls}additional_includes: [common_src]\n`)).toEqual([]);
  });

  it('34, 35, 40: a model may be inline, be the folder itself, or be packaged in the environment', async () => {
    const model = async (written: string) => (await loadDeploymentFile(at(`name: blue\nmodel: ${written}\n`), { files })).deployment?.model;
    expect(await model('{name: m, version: 3, path: lightgbm-iris/model, type: mlflow_model}')).toMatchObject({ name: 'm', version: '3', type: 'mlflow_model' });
    expect(await model('{path: "."}')).toMatchObject({ path: '/w' });
    expect(await codes('$schema: x/managedOnlineDeployment.schema.json\nname: with-package\nenvironment: azureml:sklearn-pkg@latest\ninstance_type: Standard_DS3_v2\n')).toEqual([]);
  });

  it('36, 37: a closed network is refused, a VM size translated', async () => {
    const text = deployment('egress_public_network_access: disabled\ninstance_type: Standard_F2s_v2\ninstance_count: 1\n');
    expect(await fates('online-deployment', text, 'aci')).toEqual(['refused egress_public_network_access', 'translated instance_type']);
  });

  it('44: a word that several kinds share is settled by $schema, verb or shape, else told', async () => {
    expect(await codes('type: kubernetes\nname: abc\n')).toEqual(['kind-unclear']);
    expect((await any('type: kubernetes\nname: abc\nnamespace: n\nresource_id: /x\n')).kind).toBe('kubernetes');
  });

  it('45: a conda file is told to be one', async () => {
    expect(await codes('name: m\nchannels: [conda-forge]\ndependencies: [python=3.8]\n')).toEqual(['kind-conda']);
  });

  it('46: several nodes are refused on one machine, with the override that helps', async () => {
    const text = `${ls}resources: {instance_count: 2}\ndistribution: {type: tensorflow, worker_count: 2}\n`;
    expect(await fates('command-job', text, 'local')).toEqual(['refused resources.instance_count', 'refused distribution.worker_count']);
    const { value, file, places } = await job(text, { set: ['resources.instance_count=1', 'distribution.worker_count=1'] });
    expect(checkFates({ kind: 'command-job', value, file, places }, 'local').problems).toEqual([]);
  });

  it('47: a literal within quotes is not quoted again, and splits at blanks outside of them', async () => {
    const text = `command: echo "--csv=\${{inputs.p}}" \${{inputs.args}} \${{inputs.n}}\nenvironment: {image: python}\ninputs: {p: 'a "b" $c', args: "--lr 0.1 --n 3", n: "x;y"}\n`;
    expect((await job(text)).command).toEqual([String.raw`echo "--csv=a \"b\" \$c" --lr 0.1 --n 3 x\;y`]);
  });

  it('50, 51: a folded command is warned of; a folder that is missing is its own code', async () => {
    expect(await codes('$schema: x/commandJob.schema.json\ncommand: >-\n  source /usr/venv/bin/activate\n  Rscript a.R\nenvironment: {image: r}\ncode: missing\n')).toEqual(['folded-command', 'path-missing']);
  });
});
