import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderStaging, createMemoryBlobStore } from '@destino/core/blob';
import type { Staging } from '@destino/core/driver';
import { manifestHash, manifestText, snapshotTar } from '@destino/core/snapshot';
import { helperScript, planText, readPushedOutput, readPushedOutputs, readPushedRecord, signPlaces, stagedJobFolder, startScript, urlsText, type ContainerPlan, type JobRecord } from '../src/index.ts';
import { newKey } from './trial-root.ts';

export type ContainerTrialOptions = {
  shell?: readonly string[];
  environment?: Record<string, string>;
  wrap?: readonly string[];
  parent?: string;
  /** Default: a folder. */
  staging?: (parts: { source: ReturnType<typeof createMemoryBlobStore> }) => Promise<Staging>;
};

type Files = Record<string, string>;

/** One container's view, without a container: a root, what is given to it, and the staging it reads and writes. */
export class TrialContainer {
  readonly folder: string;
  readonly root: string;
  readonly given: string;
  readonly key = newKey();
  readonly source = createMemoryBlobStore();
  staging!: Staging;
  #plan: ContainerPlan = { folders: ['work', 'work/outputs'], fetches: [], outputs: { default: 'work/outputs' } };
  #sources: Record<string, string> = {};
  readonly #options: ContainerTrialOptions;
  readonly #children: ChildProcess[] = [];

  constructor(options: ContainerTrialOptions = {}) {
    this.#options = options;
    this.folder = mkdtempSync(join(options.parent ?? tmpdir(), 'destino-container-'));
    this.root = join(this.folder, 'a root');
    this.given = join(this.folder, 'given');
    mkdirSync(this.given, { recursive: true });
    mkdirSync(this.root);
    writeFileSync(join(this.given, 'helper.sh'), helperScript().script);
  }

  get job(): string {
    return join(this.root, 'jobs', this.key);
  }

  async prepare(command: string, files: Files = {}, more: { timeoutMs?: number; plan?: Partial<ContainerPlan> } = {}): Promise<this> {
    const tarOf = (snapshot: string, o: { signal?: AbortSignal | undefined }): AsyncIterable<Uint8Array> => snapshotTar(this.source, snapshot, o);
    this.staging = (await this.#options.staging?.({ source: this.source })) ?? createFolderStaging(join(this.folder, 'staging'), { source: this.source, tarOf });
    const { path, hash } = await this.staging.archive(await this.#snapshot(files));
    this.#plan = { ...this.#plan, fetches: [{ name: 'code', kind: 'archive', hash, to: 'work' }], ...more.plan };
    this.#sources = { code: path };
    writeFileSync(join(this.given, 'plan'), planText(this.#plan));
    const limits = more.timeoutMs === undefined ? {} : { timeoutMs: more.timeoutMs };
    writeFileSync(join(this.given, 'start'), startScript({ folder: join(this.job, 'work'), variables: { GREETING: 'hi' }, command: ['sh', '-c', command], graceMs: 1000, ...limits }));
    await this.sign();
    return this;
  }

  async sign(lifetimeMs = 3_600_000, file = join(this.given, 'urls')): Promise<Record<string, string>> {
    const places = await signPlaces(this.staging, { key: this.key, plan: this.#plan, sources: this.#sources, lifetimeMs });
    writeFileSync(file, urlsText(places));
    return places;
  }

  async #snapshot(files: Files): Promise<string> {
    const entries = [];
    for (const [path, text] of Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const { hash, sizeBytes } = await this.source.put(new TextEncoder().encode(text));
      entries.push({ path, mode: 0o644 as const, sizeBytes, hash });
    }
    const manifest = { version: 1 as const, entries };
    await this.source.put(new TextEncoder().encode(manifestText(manifest)));
    return manifestHash(manifest);
  }

  start(verb: 'prepare' | 'main' | 'carry' | 'contain', environment: Record<string, string> = {}, root = this.root): { child: ChildProcess; code: Promise<number | null>; said: () => string } {
    const line = [...(this.#options.wrap ?? []), ...(this.#options.shell ?? ['/bin/sh']), join(this.given, 'helper.sh'), verb, this.key];
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', DESTINO_ROOT: root, DESTINO_GIVEN: this.given, DESTINO_PUSH_S: '1', DESTINO_PATIENCE_S: '20', ...this.#options.environment, ...environment };
    const child = spawn('env', line, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    this.#children.push(child);
    return { child, code: new Promise((resolve) => child.once('close', (code) => resolve(code))), said: () => text };
  }

  record(): Promise<JobRecord | undefined> {
    return readPushedRecord(this.staging, this.key);
  }

  async log(name = 'stdout'): Promise<string> {
    return await this.#text(this.staging.read(`${stagedJobFolder(this.key)}/${name}`));
  }

  async outputs(): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    for (const file of await readPushedOutputs(this.staging, this.key)) files[`${file.output}/${file.path}`] = await this.#text(readPushedOutput(this.staging, this.key, file));
    return files;
  }

  async #text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunks) pieces.push(chunk);
    return Buffer.concat(pieces).toString('utf8');
  }

  async until<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  file(name: string): string {
    const path = join(this.job, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  dispose(): void {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
      }
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
