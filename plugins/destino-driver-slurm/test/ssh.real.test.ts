import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runConformance } from '@destino/driver-testkit';
import { createSlurmDriver } from '../src/driver.ts';
import { slurmSubject, trialJob, type Subject } from './subject.ts';
import { ended, jobsOf, running, submit, texts } from './trial.ts';

const execute = promisify(execFile);
const dir = mkdtempSync(join(tmpdir(), 'destino-sshd-'));
let server: ChildProcess | undefined;
let subject: Subject;
let port = 0;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address() as AddressInfo;
  probe.close();
  return free;
}

/** An ssh server of its own: one key, loopback only. */
async function startServer(): Promise<void> {
  mkdirSync('/run/sshd', { recursive: true });
  for (const name of ['host', 'user']) await execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)]);
  writeFileSync(join(dir, 'authorized'), readFileSync(join(dir, 'user.pub')));
  chmodSync(join(dir, 'authorized'), 0o600);
  const settings = { Port: port, ListenAddress: '127.0.0.1', HostKey: join(dir, 'host'), AuthorizedKeysFile: join(dir, 'authorized'), StrictModes: 'no', PermitRootLogin: 'yes', PasswordAuthentication: 'no', PidFile: 'none', MaxSessions: 50 };
  writeFileSync(join(dir, 'config'), Object.entries(settings).map(([name, value]) => `${name} ${value}\n`).join(''));
  server = spawn('/usr/sbin/sshd', ['-D', '-f', join(dir, 'config')], { stdio: 'ignore' });
  for (const deadline = performance.now() + 20_000; ; await setTimeout(50)) {
    const socket = connect(port, '127.0.0.1');
    const answered = await new Promise<boolean>((resolve) => socket.once('data', () => resolve(true)).once('error', () => resolve(false)));
    socket.destroy();
    if (answered) return;
    if (performance.now() > deadline) throw new Error('sshd does not answer');
  }
}

beforeAll(async () => {
  port = await freePort();
  await startServer();
  const sshOptions = ['-p', String(port), '-i', join(dir, 'user'), '-o', 'IdentitiesOnly=yes', '-o', `UserKnownHostsFile=${join(dir, 'known')}`, '-o', 'StrictHostKeyChecking=accept-new', '-F', 'none'];
  subject = slurmSubject(createSlurmDriver(), { slurmConf: inject('slurmConf'), host: '127.0.0.1', sshOptions });
});
afterAll(async () => {
  await subject.dispose?.();
  server?.kill();
  rmSync(dir, { recursive: true, force: true });
});

describe('a cluster behind ssh', () => {
  it('keeps the contract as on a login node', { timeout: 300_000 }, async () => {
    const only = ['probe.answers', 'abort.before', 'once.two-processes', 'inspect.order', 'cancel.ends', 'logs.resume', 'outputs.fetched'];
    const report = await runConformance(subject, { only });
    expect(report.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(report.passed).toBe(only.length);
  });

  it('sends code through the connection, and a job goes on when the connection breaks', async () => {
    const target = subject.openTarget();
    const jobs = jobsOf(target);
    const snapshot = subject.contexts.at(-1)?.addSnapshot({ 'run.sh': 'for i in 1 2 3 4 5 6; do echo line $i; sleep 0.5; done' });
    const handle = await submit(jobs, trialJob('sh run.sh', snapshot === undefined ? {} : { snapshot }));
    await running(jobs, handle);
    await target[Symbol.asyncDispose](); // closes the shared connection
    const other = subject.openTarget();
    expect((await ended(jobsOf(other), handle)).state).toBe('succeeded');
    expect(await texts(jobsOf(other).logs(handle, { follow: true }))).toEqual({ node0: 'line 1\nline 2\nline 3\nline 4\nline 5\nline 6\n' });
    await other[Symbol.asyncDispose]();
  });

  it('closes its connection and leaves no socket behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('dslurm-'));
    const target = subject.openTarget();
    expect((await target.probe()).health).toBe('healthy');
    await target[Symbol.asyncDispose]();
    await target[Symbol.asyncDispose]();
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('dslurm-') && !before.includes(name))).toEqual([]);
  });

  it('tells a host that cannot be reached, and one that does not let us in', async () => {
    const wrong = createSlurmDriver();
    const [context] = subject.contexts;
    if (context === undefined) throw new Error('no target was opened before');
    const open = (sshOptions: string[]): ReturnType<typeof wrong.open> => wrong.open({ folder: '/x', host: '127.0.0.1', sshOptions: ['-F', 'none', '-o', `UserKnownHostsFile=${join(dir, 'known')}`, ...sshOptions] }, context);
    expect(await open(['-p', String(await freePort())]).probe()).toMatchObject({ health: 'undetected' });
    await expect(jobsOf(open(['-p', String(port), '-i', '/dev/null', '-o', 'IdentitiesOnly=yes'])).find(subject.newKey())).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
