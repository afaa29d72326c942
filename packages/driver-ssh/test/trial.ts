import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Clock, ComputeTarget, Jobs } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { jobSpecSchema, newKey, type Handle, type JobInspection, type JobSpec, type JobSpecInput, type JobView, type Owner } from '@destino/core/model';
import { createTestContext, type TestContext } from '@destino/driver-testkit';
import { helperScript } from '@destino/helper';
import { newKeyPair, startShellServer, type ShellServer, type ShellServerOptions } from '@destino/ssh/test-server';
import type { SshConfig } from '../src/config.ts';
import { driver } from '../src/driver.ts';

export const realClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => performance.timeOrigin + performance.now(),
  sleep: async (ms, options) => {
    await setTimeout(ms, undefined, options?.signal === undefined ? {} : { signal: options.signal }).catch((error: unknown) => {
      throw new DestinoError('aborted', 'the sleep was stopped', { cause: error });
    });
  },
};

export function freshKey(): string {
  return newKey((size) => new Uint8Array(randomBytes(size)));
}

export function spec(command: string, rest: Partial<JobSpecInput> = {}): JobSpec {
  return jobSpecSchema.parse({ name: 'trial', command: [command], ...rest });
}

/** A machine of its own on loopback: a home folder, a server in front of it, a key that opens it. */
export class Machine {
  readonly dir: string = mkdtempSync(join(tmpdir(), "destino ssh 'ü' "));
  readonly home: string = join(this.dir, 'home');
  readonly keys: ReturnType<typeof newKeyPair> = newKeyPair();
  server!: ShellServer;

  static async start(options: Partial<ShellServerOptions> = {}): Promise<Machine> {
    const machine = new Machine();
    mkdirSync(machine.home);
    writeFileSync(join(machine.dir, 'id'), machine.keys.privateKey, { mode: 0o600 });
    await machine.listen(options);
    return machine;
  }

  async listen(options: Partial<ShellServerOptions> = {}): Promise<void> {
    this.server = await startShellServer({ home: this.home, user: 'tester', authorizedKeys: [this.keys.publicKey], ...options });
    writeFileSync(join(this.dir, 'known_hosts'), this.server.knownHosts);
  }

  config(rest: Partial<SshConfig> = {}): SshConfig {
    const { port } = this.server;
    return { host: '127.0.0.1', port, user: 'tester', identityFile: join(this.dir, 'id'), identityAgent: 'none', knownHostsFile: join(this.dir, 'known_hosts'), configFile: 'none', cores: 4, ...rest };
  }

  async end(): Promise<void> {
    await this.server.close();
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

export function contextFor(owner: Owner = { workspace: 'trial', incarnation: 'first' }, secrets: Record<string, string> = {}): TestContext {
  return createTestContext({ clock: realClock, owner, secrets, helper: { ...helperScript(), image: () => undefined } });
}

/** One opened target of a machine, and what is usually done with it. */
export class Trial {
  readonly context: TestContext;
  readonly target: ComputeTarget;
  readonly jobs: Jobs;

  constructor(config: SshConfig, context: TestContext = contextFor()) {
    this.context = context;
    this.target = driver.open(config, context);
    if (this.target.jobs === undefined) throw new Error('a machine runs jobs');
    this.jobs = this.target.jobs;
  }

  async submit(job: JobSpec, key: string = freshKey()): Promise<Handle> {
    const staged = await this.jobs.stage?.(job, { key, fence: 1 });
    const submitted = await this.jobs.submit(job, { key, fence: 1, ...(staged !== undefined && { staged }) });
    if (!('handle' in submitted)) throw new Error('the ssh driver never answers busy');
    return submitted.handle;
  }

  async look(handle: Handle): Promise<JobInspection> {
    const [view] = await this.jobs.inspect([handle]);
    if (view === undefined) throw new Error('no answer');
    return view;
  }

  async until(handle: Handle, done: (view: JobView) => boolean): Promise<JobView> {
    for (const deadline = performance.now() + 60_000; ; ) {
      const view = await this.look(handle);
      if (view.seen === 'yes' && done(view)) return view;
      if (performance.now() > deadline) throw new Error(`waited in vain; last seen: ${JSON.stringify(view)}`);
      await setTimeout(50);
    }
  }

  ended(handle: Handle): Promise<JobView> {
    return this.until(handle, ({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state));
  }

  async log(handle: Handle, stream: 'stdout' | 'stderr' = 'stdout'): Promise<string> {
    const parts: Uint8Array[] = [];
    for await (const record of this.jobs.logs(handle, { follow: true })) if ('bytes' in record && record.stream === stream) parts.push(record.bytes);
    return Buffer.concat(parts).toString();
  }

  async close(): Promise<void> {
    await this.target[Symbol.asyncDispose]();
  }
}
