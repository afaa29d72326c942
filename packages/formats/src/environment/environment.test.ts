import { describe, expect, it } from 'vitest';
import { sourceFile } from '../text/source-file.ts';
import { parseReference, targetName } from './asset-reference.ts';
import { parseDependency, readCondaFile } from './conda-file.ts';
import { planEnvironment, type EnvironmentWish } from './plan.ts';
import { curatedSubstitute, imageSubstitute } from './substitute.ts';

describe('references', () => {
  it.each([
    ['azureml:iris:1', { form: 'asset', name: 'iris', version: '1' }],
    ['azureml:iris:01', { form: 'asset', name: 'iris', version: '01' }],
    ['azureml:iris@latest', { form: 'asset', name: 'iris', label: 'latest' }],
    ['azureml:cpu-cluster', { form: 'asset', name: 'cpu-cluster' }],
    ['azureml://registries/azureml/environments/sklearn-1.5/labels/latest', { form: 'asset', registry: 'azureml', name: 'sklearn-1.5', label: 'latest' }],
    ['azureml://registries/r/models/m/versions/3', { form: 'asset', registry: 'r', name: 'm', version: '3' }],
    ['azureml://datastores/workspaceblobstore/paths/example-data/iris.csv', { form: 'datastore', datastore: 'workspaceblobstore', path: 'example-data/iris.csv' }],
    ['azureml://jobs/calm-heron/outputs/model/paths/m.pkl', { form: 'job-output', job: 'calm-heron', output: 'model', path: 'm.pkl' }],
    ['azureml:/subscriptions/x/resourceGroups/y', { form: 'resource', id: '/subscriptions/x/resourceGroups/y' }],
    ['wasbs://datasets@azuremlexamples.blob.core.windows.net/', { form: 'uri', uri: 'wasbs://datasets@azuremlexamples.blob.core.windows.net/' }],
    ['runs:/abc/model', { form: 'uri', uri: 'runs:/abc/model' }],
    ['file:./component.yml', { form: 'path', path: './component.yml' }],
    ['../data', { form: 'path', path: '../data' }],
    ['C:\\data', { form: 'path', path: 'C:\\data' }],
  ])('%s is read', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });

  it('to a target are the same with and without azureml:', () => {
    expect([targetName('azureml:cpu-cluster'), targetName('cpu-cluster')]).toEqual(['cpu-cluster', 'cpu-cluster']);
  });
});

describe('conda files', () => {
  it.each([
    ['numpy=2.3.1', { name: 'numpy', version: '==2.3.1.*' }],
    ['xgboost==3.0.2', { name: 'xgboost', version: '==3.0.2' }],
    ['python=3.8.5', { name: 'python', version: '==3.8.5.*' }],
    ['python>=3.8,<3.11', { name: 'python', version: '>=3.8,<3.11' }],
    ['pip<=23.2.1', { name: 'pip', version: '<=23.2.1' }],
    ['conda-forge::pandas 1.2.*', { name: 'pandas', version: '==1.2.*' }],
    ['scipy=1.16.0=py312h1', { name: 'scipy', version: '==1.16.0.*' }],
    ['pip', { name: 'pip', version: '' }],
    ['a|b', undefined],
  ])('take %s', (text, dependency) => {
    expect(parseDependency(text)).toEqual(dependency);
  });

  it('become their whole list, with the names of PyPI', () => {
    const text = 'name: m\nchannels: [conda-forge]\ndependencies:\n  - python=3.10\n  - pytorch=2.8\n  - pip\n  - pip:\n    - mlflow\n    - --extra-index-url https://x\n    - joblib==1.5.1\n';
    expect(readCondaFile(sourceFile('conda.yml', text)).plan).toEqual({ name: 'm', python: '==3.10.*', requirements: ['torch==2.8.*', 'mlflow', 'joblib==1.5.1'], options: ['--extra-index-url https://x'], unavailable: [] });
  });

  it('name what no package index has, at its place', () => {
    const { plan } = readCondaFile(sourceFile('conda.yml', 'dependencies:\n  - numpy\n  - cudatoolkit=11.8\n  - r-base\n'));
    expect(plan?.unavailable).toMatchObject([{ line: 3, column: 5, code: 'package-unavailable' }, { line: 4 }]);
    expect(plan?.requirements).toEqual(['numpy']);
  });

  it('with a fault are told', () => {
    expect(readCondaFile(sourceFile('conda.yml', 'dependency:\n  - numpy\n')).problems.map((each) => each.message)).toEqual(['"dependency" is no known field, did you mean "dependencies"?', 'dependencies is missing; it takes a list']);
  });
});

const by = (wish: EnvironmentWish, options = {}) => planEnvironment(wish, options).candidates.map((each) => [each.by, 'environment' in each ? each.environment.kind : 'build', each.needs]);

describe('plans', () => {
  it('of a curated environment, in its three spellings, are its image and then a substitute', () => {
    expect(by({ kind: 'curated', name: 'sklearn-1.5' })).toEqual([['image', 'image', 'container'], ['shipped', 'venv', 'python']]);
    expect(by({ kind: 'curated', name: 'AzureML-lightgbm-3.3' })).toEqual([['image', 'image', 'container'], ['shipped', 'venv', 'python']]);
    const { candidates } = planEnvironment({ kind: 'image', image: 'mcr.microsoft.com/azureml/curated/tensorflow-2.12-cuda11:latest' });
    expect(candidates[1]).toMatchObject({ environment: { kind: 'venv', requirements: expect.arrayContaining(['tensorflow~=2.12.0']) as string[] } });
  });

  it('of the Python images fall back to the Python of the machine, of the version they say', () => {
    expect(by({ kind: 'image', image: 'library/python:latest' })).toEqual([['image', 'image', 'container'], ['shipped', 'host', 'python']]);
    expect(imageSubstitute('python:3.11.6')).toMatchObject({ python: '==3.11.*' });
    expect(imageSubstitute('docker.io/python')).toEqual({ name: 'Python image', requirements: [] });
    expect(imageSubstitute('mcr.microsoft.com/azureml/minimal-py312-inference:latest')).toMatchObject({ python: '==3.12.*' });
    expect(imageSubstitute('registry:5000/python')).toBeUndefined();
  });

  it('of a base image with a conda file fall back to its whole list, and fail with what cannot be had', () => {
    const { plan } = readCondaFile(sourceFile('c.yml', 'dependencies: [python=3.12, numpy=2.3.1, cudnn]\n'));
    const wish: EnvironmentWish = { kind: 'image', image: 'mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest', conda: { plan: plan ?? { requirements: [], options: [], unavailable: [] }, text: 'x' } };
    const strict = planEnvironment(wish).candidates[1];
    expect(strict).toMatchObject({ environment: { kind: 'venv', python: '==3.12.*', requirements: ['numpy==2.3.1.*'] }, problems: [{ severity: 'error' }] });
    expect(planEnvironment(wish, { relaxed: true }).candidates[1]).toMatchObject({ problems: [{ severity: 'warning' }] });
  });

  it('put the substitute of the workspace before the shipped one', () => {
    const substitutes = { 'sklearn-1.5': { packages: ['scikit-learn==1.5.2'], python: '3.11' }, 'acme/train:1': 'host' } as const;
    expect(planEnvironment({ kind: 'curated', name: 'sklearn-1.5' }, { substitutes: { ...substitutes, 'sklearn-1.5': { packages: ['scikit-learn==1.5.2'], python: '3.11' } } }).candidates.map((each) => each.by)).toEqual(['image', 'workspace', 'shipped']);
    expect(by({ kind: 'image', image: 'acme/train:1' }, { substitutes })).toEqual([['image', 'image', 'container'], ['workspace', 'host', 'nothing']]);
  });

  it('of what nothing stands in for end in a refusal with a command', () => {
    const { candidates, refusal } = planEnvironment({ kind: 'image', image: 'acme/train:1' });
    expect([candidates.length, refusal.hint]).toEqual([1, expect.stringContaining('--env host')]);
    expect(planEnvironment({ kind: 'registered', name: 'mine' }).refusal.hint).toContain('destino environment create -f FILE --name mine');
  });

  it('can be forced', () => {
    expect(by({ kind: 'curated', name: 'sklearn-1.5' }, { force: 'host' })).toEqual([['forced', 'host', 'nothing']]);
    expect(by({ kind: 'curated', name: 'sklearn-1.5' }, { force: 'venv' })).toEqual([['shipped', 'venv', 'python']]);
    expect(by({ kind: 'curated', name: 'sklearn-1.5' }, { force: 'docker' })).toEqual([['image', 'image', 'container']]);
    expect(by({ kind: 'build', folder: 'ctx', dockerfile: 'Dockerfile' }, { force: { image: 'a:1' } })).toEqual([['forced', 'image', 'container']]);
    expect(by({ kind: 'build', folder: 'ctx', dockerfile: 'Dockerfile' }, { force: 'venv' })).toEqual([]);
  });

  it('give the same environment the same hash, and another one another', () => {
    const hash = (name: string) => JSON.stringify(planEnvironment({ kind: 'curated', name }).candidates[1]).match(/"hash":"(\w+)"/)?.[1];
    expect(hash('sklearn-1.5')).toBe(hash('AzureML-sklearn-1.5'));
    expect(hash('sklearn-1.5')).not.toBe(hash('sklearn-1.1'));
    expect(curatedSubstitute('nothing-1.0')).toBeUndefined();
  });
});
