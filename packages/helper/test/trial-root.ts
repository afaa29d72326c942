import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blankRecord, parseRecord, type JobRecord } from '../src/record.ts';
import { helperScript } from '../src/script.ts';
import { startScript } from '../src/start-script.ts';
import { ticketName } from '../src/ticket.ts';

export const bootId = existsSync('/proc/sys/kernel/random/boot_id')
  ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  : 'unknown';

const alphabet = 'abcdefghijklmnopqrstuvwxyz';

export function newKey(): string {
  return Array.from(randomBytes(26), (byte) => alphabet[byte % 26]).join('');
}

export type TrialOptions = { shell?: readonly string[]; environment?: Record<string, string>; parent?: string; bootId?: string; wrap?: readonly string[] };
export type TrialJob = {
  variables?: Record<string, string>;
  prologue?: string;
  timeoutMs?: number;
  graceMs?: number;
  cores?: number;
  memoryBytes?: number;
  gpus?: number;
  bootId?: string;
};

/** A helper's folder of its own, and the acts of a client on it, without any driver. */
export class TrialRoot {
  readonly root: string;
  readonly script: string;
  readonly #command: readonly string[];
  readonly #environment: Record<string, string>;
  readonly #bootId: string;
  readonly #children: ChildProcess[] = [];

  constructor(options: TrialOptions = {}) {
    this.root = mkdtempSync(join(options.parent ?? tmpdir(), 'destino helper '));
    this.#bootId = options.bootId ?? bootId;
    this.script = join(this.root, 'helper.sh');
    for (const folder of ['jobs', 'queue', 'serve']) mkdirSync(join(this.root, folder));
    writeFileSync(this.script, helperScript().script);
    this.#command = [...(options.wrap ?? []), ...(options.shell ?? ['/bin/sh']), this.script];
    this.#environment = { PATH: '/usr/local/bin:/usr/bin:/bin', DESTINO_ROOT: this.root, DESTINO_TICK_S: '0.2', ...options.environment };
  }

  folder(key: string): string {
    return join(this.root, 'jobs', key);
  }

  /** Writes a job, a line for sh or a program with its arguments; without a ticket nobody starts it. */
  prepare(command: string | readonly string[], job: TrialJob = {}, key = newKey()): string {
    const folder = this.folder(key);
    mkdirSync(folder);
    writeFileSync(join(folder, 'record'), blankRecord);
    const { variables = {}, graceMs = 5000, prologue, timeoutMs } = job;
    const start = { folder, variables: { PATH: '/usr/local/bin:/usr/bin:/bin', ...variables }, command: typeof command === 'string' ? ['sh', '-c', command] : command, graceMs };
    const text = startScript({ ...start, ...(prologue !== undefined && { prologue }), ...(timeoutMs !== undefined && { timeoutMs }) });
    writeFileSync(join(folder, 'start'), text);
    return key;
  }

  queue(key: string, job: TrialJob = {}): void {
    const { cores = 1, memoryBytes = 0, gpus = 0 } = job;
    const ticket = { order: process.hrtime.bigint(), key, cores, memoryBytes, gpus, bootId: job.bootId ?? this.#bootId };
    writeFileSync(join(this.root, 'queue', ticketName(ticket)), '');
  }

  submit(command: string, job: TrialJob = {}): string {
    const key = this.prepare(command, job);
    this.queue(key, job);
    return key;
  }

  capacity(cores: number, memoryMebibytes: number, gpus: string): void {
    writeFileSync(join(this.root, 'capacity'), `${cores * 1000} ${memoryMebibytes} ${gpus}\n`);
  }

  /** Starts a command of the helper; the answer is its exit code. */
  start(...words: string[]): { child: ChildProcess; code: Promise<number | null> } {
    const [program = 'sh', ...rest] = this.#command;
    const child = spawn(program, [...rest, ...words], { env: this.#environment, detached: true, stdio: 'ignore' });
    this.#children.push(child);
    return { child, code: new Promise((resolve) => child.once('exit', (code) => resolve(code))) };
  }

  run(...words: string[]): { code: number | null; stdout: string; stderr: string } {
    const [program = 'sh', ...rest] = this.#command;
    const { status, stdout, stderr } = spawnSync(program, [...rest, ...words], { env: this.#environment, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  }

  record(key: string): JobRecord {
    return parseRecord(this.read(key, 'record'));
  }

  read(key: string, file: string): string {
    const path = join(this.folder(key), file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  async until<T>(what: string, look: () => T | undefined | false, withinMs = 20_000): Promise<T> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  ended(key: string): Promise<NonNullable<JobRecord['ended']>> {
    return this.until(`${key} has ended`, () => this.record(key).ended);
  }

  running(key: string): Promise<NonNullable<JobRecord['running']>> {
    return this.until(`${key} runs`, () => this.record(key).running);
  }

  /** Living processes that carry the mark of a job, as /proc tells. */
  marked(key: string): number[] {
    const { stdout } = spawnSync('sh', ['-c', `grep -lsF DESTINO_KEY=${key} /proc/[0-9]*/environ`], { encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line !== '').map((line) => Number(line.split('/')[2]));
  }

  /** Ends what a failed test left running, and removes the folder. */
  dispose(): void {
    for (const key of readdirSync(join(this.root, 'jobs'))) {
      const { running, ended } = this.record(key);
      if (running !== undefined && ended === undefined) spawnSync('sh', ['-c', `kill -s KILL -- -${running.pid} 2>/dev/null`]);
    }
    for (const child of this.#children) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    }
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}
