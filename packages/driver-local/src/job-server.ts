import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DestinoError } from '@destino/core/errors';
import type { Helper } from '@destino/core/driver';
import type { Layout } from './layout.ts';
import type { Machine } from './machine.ts';
import { errnoOf } from './map-error.ts';

/** Where processes that the helper starts look for their tools; a job's own PATH comes with the job. */
const toolPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

type Master = { file: string; pid: number; start: string };

/**
 * The one process per machine and account that starts all jobs: found, told, and started when there is none. Jobs are
 * thus started by a fork of a small process, however large this one is.
 */
export class JobServer {
  readonly #layout: Layout;
  readonly #machine: Machine;
  readonly #helper: Pick<Helper, 'script' | 'hash'>;
  #master: Master | undefined;
  #starting: Promise<void> | undefined;
  #prepared: Promise<string> | undefined;

  constructor(places: Layout, machine: Machine, helper: Pick<Helper, 'script' | 'hash'>) {
    this.#layout = places;
    this.#machine = machine;
    this.#helper = helper;
  }

  /** Makes the folders and the script's copy; answers the script's path. */
  prepare(): Promise<string> {
    this.#prepared ??= this.#prepare().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  async #prepare(): Promise<string> {
    const { root, jobs, queue, serve } = this.#layout;
    for (const folder of [root, jobs, queue, serve]) await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(root, `helper-${this.#helper.hash.slice(0, 16)}.sh`);
    if ((await readText(path)) !== this.#helper.script) {
      const draft = `${path}.${randomUUID()}`;
      await writeFile(draft, this.#helper.script, { mode: 0o700 });
      await rename(draft, path);
    }
    return path;
  }

  /** Tells the server of a ticket that stands in the queue. Nobody serving: starts one, which reads the queue itself. */
  async tell(ticket: string): Promise<void> {
    for (let round = 0; round < 50; round += 1) {
      if (this.serving() && this.#wake(`submit ${ticket}\n`)) return;
      await this.ensure();
      if (round > 0) await setTimeout(2 * round); // the pipe is full of others' words
    }
    throw new DestinoError('unavailable', 'the process that starts jobs on this machine does not listen', {
      hint: `see ${join(this.#layout.serve, 'log')}`,
    });
  }

  /** Whether a server lives. A few file reads; starts nothing. */
  serving(): boolean {
    if (this.#master !== undefined && this.#lives(this.#master)) return true;
    this.#master = this.#masters().find((master) => this.#lives(master));
    return this.#master !== undefined;
  }

  /** Starts a server unless one lives, and waits until it listens. */
  async ensure(): Promise<void> {
    if (this.serving()) return;
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  #lives({ file, pid, start }: Master): boolean {
    return existsSync(file) && this.#machine.alive(pid, start);
  }

  #masters(): Master[] {
    const names = existsSync(this.#layout.serve) ? readdirSync(this.#layout.serve) : [];
    return names.filter((name) => name.startsWith('master.')).flatMap((name) => {
      const file = join(this.#layout.serve, name);
      const [pid, start, bootId] = (readNow(file) ?? '').trim().split(' ');
      return bootId === this.#machine.bootId && start !== undefined ? [{ file, pid: Number(pid), start }] : [];
    });
  }

  /** False when there is no pipe, or nobody reads it, or it is full. */
  #wake(words: string): boolean {
    try {
      const pipe = openSync(join(this.#layout.serve, 'wake'), constants.O_WRONLY | constants.O_NONBLOCK);
      try {
        return writeSync(pipe, words) === words.length;
      } finally {
        closeSync(pipe);
      }
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENXIO' || errno === 'ENOENT' || errno === 'EPIPE') this.#master = undefined;
      else if (errno !== 'EAGAIN') throw error;
      return false;
    }
  }

  async #start(): Promise<void> {
    const script = await this.prepare();
    const log = await open(join(this.#layout.serve, 'log'), 'a', 0o600);
    try {
      const child = spawn('/bin/sh', [script, 'serve'], {
        cwd: '/',
        env: { PATH: toolPath, DESTINO_ROOT: this.#layout.root },
        detached: true,
        stdio: ['ignore', 'pipe', log.fd],
      });
      await listening(child);
    } finally {
      await log.close();
    }
  }

  /** Begins to end a job: in a process of its own that outlives this one. */
  async beginEnd(key: string, graceMs: number): Promise<void> {
    const child = await this.#ender(key, graceMs);
    child.unref();
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  }

  /** Ends a job and waits until it has ended. */
  async end(key: string, graceMs: number): Promise<void> {
    const child = await this.#ender(key, graceMs);
    await new Promise<unknown>((resolve, reject) => child.once('exit', resolve).once('error', reject));
  }

  async #ender(key: string, graceMs: number): Promise<ChildProcess> {
    const script = await this.prepare();
    const env = { PATH: toolPath, DESTINO_ROOT: this.#layout.root };
    return spawn('/bin/sh', [script, 'end', key, 'cancelled', String(Math.round(graceMs))], { cwd: '/', env, detached: true, stdio: 'ignore' });
  }
}

/** Resolves at the first word of the server, or when it left because another serves. */
function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0 || code === 1) resolve();
      else reject(new DestinoError('unavailable', `the process that starts jobs on this machine ended at once (code ${code ?? 'none'})`, { hint: 'see the file serve/log in the machine folder' }));
    });
    child.stdout?.once('data', () => {
      child.stdout?.destroy();
      child.unref();
      resolve();
    });
  });
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function readNow(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
