import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceSpecSchema, type Problem } from '@destino/core/model';
import { describe, expect, it } from 'vitest';
import { check } from '../src/check.ts';
import { localConfigSchema } from '../src/config.ts';
import { driver } from '../src/driver.ts';
import { Trial, spec } from './trial.ts';

const codes = (job: ReturnType<typeof spec>, probe?: Parameters<typeof check>[2]): string[] => check({ job }, {}, probe).map(({ path, code }) => `${path} ${code}`);

describe('check', () => {
  it('finds nothing against an ordinary job', () => {
    expect(codes(spec('true'))).toEqual([]);
  });

  it('refuses several nodes and several processes, with the way out', () => {
    const problems = check({ job: spec('true', { resources: { nodes: 2, processesPerNode: 4 } }) }, {});
    expect(problems.map(({ path, severity }) => [path, severity])).toEqual([['resources.nodes', 'error'], ['resources.processesPerNode', 'error']]);
    expect(problems.every(({ hint }) => hint !== undefined)).toBe(true);
  });

  it('refuses what the config or the last probe says is not there', () => {
    const job = spec('true', { resources: { cores: 8, memoryBytes: 8e9, gpus: 1 } });
    const probe = { health: 'healthy' as const, text: 'x', attributes: { cores: 4, memoryBytes: 4e9, gpus: [] }, missing: {} };
    expect(codes(job)).toEqual([]);
    expect(codes(job, probe)).toEqual(['resources.cores too-large', 'resources.memoryBytes too-large', 'resources.gpus too-large']);
    expect(check({ job }, { cores: 8, memoryBytes: 8e9, gpus: [0] }, probe)).toEqual([]);
  });

  it('refuses an image where the last probe saw no docker, and other built environments always', () => {
    const image = spec('true', { environment: { kind: 'image', image: 'x' } });
    const missing = { 'jobs.image': { code: 'no-docker', text: 'docker is not on this machine', fix: 'install Docker' } };
    expect(codes(image)).toEqual([]);
    expect(check({ job: image }, {}, { health: 'healthy', text: 'x', attributes: {}, missing })).toMatchObject([{ message: 'docker is not on this machine', hint: 'install Docker' }]);
    expect(codes(spec('true', { environment: { kind: 'curated', name: 'sklearn' } }))).toEqual(['environment jobs.curated']);
  });

  it('refuses data it cannot bring, and names no process can have', () => {
    const inputs = { a: { type: 'uri_file' as const, mode: 'ro_mount' as const, source: { from: 'uri' as const, uri: 'azureml:x:1' } } };
    const outputs = { o: { type: 'uri_folder' as const, mode: 'upload' as const, uri: 'azureml://datastores/d' } };
    expect(codes(spec('true', { inputs, outputs }))).toEqual(['inputs.a input-source', 'outputs.o output-uri']);
    expect(codes(spec('true', { variables: { 'a=b': 'x', ok: 'a\0b' }, secrets: { 'a.b': { secret: 's' } } }))).toEqual([
      'secrets.a.b secret-name',
      'variables.a=b variable-name',
      'variables.ok variable-name',
    ]);
  });

  it('says what of a service it cannot host, each problem with a way out', () => {
    const service = (changes: object): Problem[] => driver.check({ service: serviceSpecSchema.parse({ name: 's', revision: 1, server: { kind: 'script', snapshot: 'x', entryScript: 'score.py' }, ...changes }) }, { cores: 2 });
    expect(service({})).toEqual([]);
    expect(service({ server: { kind: 'script', snapshot: 'x', entryScript: 'score.rb' } }).map(({ code }) => code)).toEqual(['entry-script']);
    expect(service({ resources: { cores: 1 }, copies: { min: 3, max: 3 } }).map(({ code, hint }) => [code, hint !== undefined])).toEqual([['too-large', true]]);
    expect(service({ environment: { kind: 'conda', hash: 'h', file: 'f' } }).map(({ path }) => path)).toEqual(['environment']);
    expect(service({ server: { kind: 'container', port: 80 } }).map(({ code }) => code)).toEqual(['services.container']);
  });

  it('takes nothing, and refuses a relative folder and unknown words', () => {
    expect(localConfigSchema.parse({})).toEqual({});
    expect(localConfigSchema.safeParse({ machineDir: 'here' }).success).toBe(false);
    expect(localConfigSchema.safeParse({ core: 1 }).success).toBe(false);
  });
});

describe('the probe', () => {
  it('tells what is here, and why what is missing is missing', async () => {
    const trial = new Trial({ cores: 3 });
    const probe = await trial.target.probe();
    expect(probe).toMatchObject({ health: 'healthy', attributes: { cores: 3, memoryBytes: expect.any(Number), diskFreeBytes: expect.any(Number) } });
    for (const reason of Object.values(probe.missing)) expect(reason.text.length).toBeGreaterThan(10);
    trial.dispose();
  });

  it('says in one sentence that its folder cannot be made', async () => {
    const trial = new Trial();
    writeFileSync(join(trial.dir, 'file'), '');
    const target = trial.open({ machineDir: join(trial.dir, 'file', 'machine') });
    await expect(target.probe()).rejects.toMatchObject({ code: 'config-invalid', message: expect.stringContaining('a file stands where a folder should be') });
    trial.dispose();
  });
});
