import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destino, Invoked } from '@destino/runtime';
import { EndpointTrial } from './endpoint-trial.ts';

const patience = { timeout: 30_000, interval: 20 };
let trial: EndpointTrial;
let destino: Destino;
beforeEach(async () => {
  trial = await EndpointTrial.start();
  await trial.write({ 'model/weights.json': '{"a": 1}', 'code/score.mjs': 'export const run = (data) => data;' });
  destino = await trial.open();
  await destino.models.register({ name: 'iris', from: { path: join(trial.folder, 'model') } });
});
afterEach(async () => {
  await destino[Symbol.asyncDispose]();
  await trial[Symbol.asyncDispose]();
});

const input = (more: object = {}) => ({ model: 'iris', code: join(trial.folder, 'code'), endpoint: 'iris', target: 'lab', ...more });
const textOf = ({ body }: Invoked): string => Buffer.from(body).toString('utf8');
const answer = async (): Promise<string> => textOf(await destino.endpoints.invoke('iris', { body: '{}' }));

async function deployed(more: object = {}): Promise<string> {
  const { plan, endpoint } = await destino.endpoints.deploy(input(more));
  await expect.poll(async () => (await destino.endpoints.rollout('iris', endpoint.revision - 1)).state, patience).toBe('done');
  return plan.deployment;
}

describe('endpoints', () => {
  it('serve a model under an address with keys, and give a replacement all traffic once it is healthy', async () => {
    expect(await deployed()).toBe('v1');
    expect(await answer()).toBe('iris.v1');
    const { scoringUri, traffic } = await destino.endpoints.get('iris');
    expect(traffic).toEqual({ v1: 100 });
    const refused = await fetch(scoringUri ?? '', { method: 'POST', body: '{}' });
    expect(refused.status).toBe(401);
    expect(await deployed()).toBe('v2');
    expect(await answer()).toBe('iris.v2');
    expect(await destino.endpoints.get('iris')).toMatchObject({ scoringUri, traffic: { v2: 100 }, deployments: [{ name: 'v1', retiring: true, traffic: 0 }, { name: 'v2', retiring: false, traffic: 100 }] });
  });

  it('are given back by rolling back, at once and with the author in the history', async () => {
    await deployed();
    await deployed();
    await destino.endpoints.rollback('iris');
    expect(await answer()).toBe('iris.v1');
    const history = await destino.endpoints.history('iris');
    expect(history.map(({ change }) => change)).toEqual(['created', 'adds v1 on lab with iris:1', 'v1 is healthy: v1=100', 'adds v2 on lab with iris:1', 'v2 is healthy: v2=100', 'rolled back to revision 3']);
    expect(history.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(history[1]?.by).toBe(destino.engine === undefined ? '' : (await destino.models.get('iris')).createdBy);
  });

  it('let what was replaced go after its time, and bring it back by rolling back all the same', async () => {
    await deployed();
    await deployed({ keepWarmMs: 0 });
    await expect.poll(async () => (await destino.endpoints.get('iris')).deployments.map(({ name }) => name), patience).toEqual(['v2']);
    await expect.poll(async () => (await destino.engine.services.list()).filter(({ state }) => state !== 'gone').map(({ name }) => name), patience).toEqual(['iris.v2']);
    const before = (await destino.endpoints.history('iris')).find(({ traffic }) => traffic['v1'] === 100)?.number;
    await destino.endpoints.rollback('iris', before);
    await expect.poll(async () => (await destino.endpoints.get('iris')).deployments.find(({ name }) => name === 'v1')?.state, patience).toBe('healthy');
    expect(await answer()).toBe('iris.v1');
  });

  it('return from a canary by themselves when its answers are faulty', async () => {
    await deployed();
    trial.faulty.add('iris.v2');
    const { endpoint } = await destino.endpoints.deploy(input({ canary: { percent: 50, bakeMs: 600_000 } }));
    const since = endpoint.revision - 1;
    await expect.poll(async () => (await destino.endpoints.rollout('iris', since)).state, patience).toBe('baking');
    expect((await destino.endpoints.get('iris')).traffic).toEqual({ v1: 50, v2: 50 });
    for (let count = 0; count < 15; count += 1) await destino.endpoints.invoke('iris', { body: '{}', deployment: 'v2' });
    await expect.poll(async () => (await destino.endpoints.rollout('iris', since)).state, patience).toBe('returned');
    const { traffic, deployments } = await destino.endpoints.get('iris');
    expect([traffic, deployments.find(({ name }) => name === 'v2')?.retiring]).toEqual([{ v1: 100 }, true]);
    expect((await destino.endpoints.rollout('iris', since)).words).toMatch(/^returned to v1=100: v2 failed \d+ of \d+ requests$/);
  });

  it('give a canary all traffic when its time is over', async () => {
    await deployed();
    await deployed({ canary: { percent: 10, bakeMs: 50 } });
    const history = await destino.endpoints.history('iris');
    expect(history.map(({ traffic }) => traffic).slice(-3)).toEqual([{ v1: 100 }, { v2: 10, v1: 90 }, { v2: 100 }]);
  });

  it('keep their port, keys and split over a restart of whoever serves them', async () => {
    await deployed();
    const before = await destino.endpoints.get('iris');
    const { primary } = destino.endpoints.keys('iris');
    await destino[Symbol.asyncDispose]();
    await expect(fetch(before.scoringUri ?? '', { method: 'POST', headers: { authorization: `Bearer ${primary}` } })).rejects.toThrow();
    destino = await trial.open();
    await destino.start();
    await expect.poll(async () => await answer(), patience).toBe('iris.v1');
    expect(await destino.endpoints.get('iris')).toMatchObject({ scoringUri: before.scoringUri, traffic: { v1: 100 } });
    expect((await fetch(before.scoringUri ?? '', { method: 'POST', headers: { authorization: `Bearer ${primary}` } })).status).toBe(200);
  });

  it('are served by one of two hosts at a time, and taken over by the other', async () => {
    await deployed();
    const other = await trial.open();
    try {
      await other.start();
      await other.engine.claimNow();
      expect(Object.keys(other.engine.endpoints.measures((await other.endpoints.get('iris')).id))).toEqual([]);
      const { scoringUri } = await other.endpoints.get('iris');
      await destino[Symbol.asyncDispose]();
      await expect.poll(async () => textOf(await other.endpoints.invoke('iris', { body: '{}' })), patience).toBe('iris.v1');
      expect((await other.endpoints.get('iris')).scoringUri).toBe(scoringUri);
    } finally {
      await other[Symbol.asyncDispose]();
      destino = await trial.open();
    }
  });

  it('refuse an old key as soon as it is replaced, while the other stays good', async () => {
    await deployed();
    const { scoringUri } = await destino.endpoints.get('iris');
    const status = async (key: string): Promise<number> => (await fetch(scoringUri ?? '', { method: 'POST', headers: { authorization: `Bearer ${key}` } })).status;
    const before = destino.endpoints.keys('iris');
    const after = await destino.endpoints.rotateKey('iris', 'primary');
    expect(after.secondary).toBe(before.secondary);
    expect(await Promise.all([before.primary, after.primary, after.secondary].map(status))).toEqual([401, 200, 200]);
    await expect(destino.endpoints.rotateKey('iris', 'secondary', 'short')).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it('split the traffic among deployments of different targets', async () => {
    await destino.targets.put({ name: 'edge', kind: 'fake', config: { target: 'edge' } });
    await deployed({ name: 'blue' });
    await destino.endpoints.deploy(input({ name: 'green', target: 'edge', traffic: 'none' }));
    await destino.endpoints.setTraffic('iris', { blue: 60, green: 40 });
    await expect.poll(async () => (await destino.endpoints.get('iris')).deployments.map(({ state, target }) => `${target} ${state}`), patience).toEqual(['lab healthy', 'edge healthy']);
    const answers = await Promise.all(Array.from({ length: 60 }, answer));
    expect(new Set(answers)).toEqual(new Set(['iris.blue', 'iris.green']));
    await expect(destino.endpoints.setTraffic('iris', { blue: 50 })).rejects.toMatchObject({ code: 'config-invalid', hint: 'as blue=90 green=10' });
    await expect(destino.endpoints.setTraffic('iris', { red: 100 }, { whole: true })).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(destino.endpoints.deleteDeployment('iris', 'green')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('take all changes of many at the same moment, each with a number of its own', async () => {
    await deployed({ name: 'blue' });
    await Promise.all(Array.from({ length: 8 }, async (_, index) => await destino.endpoints.setTraffic('iris', { blue: index % 2 === 0 ? 0 : 100 })));
    const numbers = (await destino.endpoints.history('iris')).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
    expect(numbers).toHaveLength(11);
  });

  it('are gone with their services when they are deleted, and their name is free', async () => {
    await deployed();
    const { scoringUri } = await destino.endpoints.get('iris');
    await destino.endpoints.delete('iris');
    await expect.poll(async () => (await destino.endpoints.list()).length, patience).toBe(0);
    expect((await destino.engine.services.list()).map(({ state }) => state)).toEqual(['gone']);
    await expect(fetch(scoringUri ?? '', { method: 'POST' })).rejects.toThrow();
    await expect(destino.endpoints.get('iris')).rejects.toMatchObject({ code: 'not-found' });
    expect((await destino.endpoints.create({ name: 'iris' })).endpoint.state).toBe('healthy');
  });

  it('refuse what a target cannot host before anything is changed', async () => {
    await expect(destino.endpoints.deploy(input({ code: join(trial.folder, 'model') }))).rejects.toMatchObject({ code: 'config-invalid', hint: expect.stringContaining('--script') as string });
    await expect(destino.endpoints.deploy(input({ target: 'nowhere' }))).rejects.toMatchObject({ code: 'not-found' });
    await expect(destino.endpoints.deploy(input({ model: 'iris:9' }))).rejects.toMatchObject({ code: 'not-found' });
    await expect(destino.endpoints.deploy(input({ endpoint: 'no good' }))).rejects.toMatchObject({ code: 'config-invalid' });
    expect(await destino.endpoints.list()).toEqual([]);
  });
});

describe('a file of a deployment', () => {
  it('is checked target by target, without anything being brought to the workspace', async () => {
    await trial.write({ 'code/score.py': 'def init(): pass\ndef run(data): return data\n', 'model/weights.json': '{}', 'blue.yml': 'name: blue\nendpoint_name: iris\nmodel: { path: model }\ncode_configuration: { code: code, scoring_script: score.py }\n', 'bare.yml': 'name: blue\nendpoint_name: iris\nmodel: { path: model }\n' });
    const good = await destino.check({ file: join(trial.folder, 'blue.yml'), targets: ['lab'] });
    expect(good.targets).toMatchObject([{ target: 'lab', verdict: expect.stringMatching(/^(yes|unknown)$/) as string }]);
    const bare = await destino.check({ file: join(trial.folder, 'bare.yml'), targets: ['lab', 'nowhere'] });
    expect(bare.targets).toMatchObject([{ target: 'lab', verdict: 'no', problems: [{ path: 'model', message: expect.stringContaining('nothing says how to serve') as string }] }, { target: 'nowhere', verdict: 'no', problems: [{ code: 'target-missing' }] }]);
  });
});

describe('models', () => {
  it('are numbered versions whose files come back as they were', async () => {
    await trial.write({ 'model/weights.json': '{"a": 2}', 'model/deep/.gitignore': '*' });
    const { model } = await destino.models.register({ name: 'iris', from: { path: join(trial.folder, 'model') } });
    expect(model).toMatchObject({ name: 'iris', version: '2', files: 2, type: 'custom_model' });
    expect((await destino.models.get('azureml:iris@latest')).version).toBe('2');
    expect((await destino.models.get('azureml:iris:1')).version).toBe('1');
    const { folder } = await destino.models.download('iris:1', join(trial.folder, 'back'));
    const { readFile } = await import('node:fs/promises');
    expect(await readFile(join(folder, 'model/weights.json'), 'utf8')).toBe('{"a": 1}');
    expect((await destino.models.list({ name: 'iris' })).map(({ version }) => version)).toEqual(['2', '1']);
  });

  it('remember the job, the code and the environment that made them', async () => {
    const job = await destino.run({ command: ['sh', '-c', 'mkdir -p outputs/net; echo 1 > outputs/net/w'], folder: join(trial.folder, 'code') });
    const { model } = await destino.models.register({ name: 'net', from: { job: job.name, output: 'outputs', below: 'net' } });
    expect(model.lineage).toMatchObject({ job: job.name, jobId: job.id, output: 'outputs', target: 'local', snapshot: job.snapshot, environment: { kind: 'host' } });
    const { plan } = await destino.endpoints.deploy({ model: 'net', target: 'lab' });
    expect(plan).toMatchObject({ endpoint: 'net', deployment: 'v1', model: { name: 'net', version: '1' } });
    await expect(destino.models.register({ name: 'net', from: { job: job.name, output: 'nothing' } })).rejects.toMatchObject({ code: 'not-found', hint: 'it has: outputs' });
  });

  it('cannot be deleted while they are served, nor changed', async () => {
    await deployed();
    await expect(destino.models.delete('iris:1')).rejects.toMatchObject({ code: 'conflict' });
    await expect(destino.models.register({ name: 'iris', version: '1', from: { path: join(trial.folder, 'code') } })).rejects.toMatchObject({ code: 'conflict' });
    expect((await destino.models.register({ name: 'iris', version: '1', from: { path: join(trial.folder, 'model') } })).created).toBe(false);
    await destino.models.register({ name: 'other', version: '1.10', from: { path: join(trial.folder, 'model/weights.json') } });
    await destino.models.delete('other:1.10');
    await expect(destino.models.get('other')).rejects.toMatchObject({ code: 'not-found' });
  });
});
