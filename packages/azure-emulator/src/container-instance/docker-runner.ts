import { execFile, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Runner, RunPlan, RunReference } from './runner.ts';

const execute = promisify(execFile);
const label = 'destino-azure-emulator';
const largestLogBytes = 64 * 1024 * 1024;

/** True when the engine of Docker on this machine answers. */
export async function dockerAnswers(): Promise<boolean> {
  try {
    await execute('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 5000 });
    return true;
  } catch {
    return false; // no client, no daemon, or no right to it: all the same here
  }
}

/** Containers as what they are, by the `docker` command. */
export function dockerRunner(): Runner {
  return {
    kind: 'docker',
    pull: async (image) => {
      const here = await execute('docker', ['image', 'inspect', image]).then(() => true, () => false);
      if (!here) await execute('docker', ['pull', '--quiet', image], { timeout: 300_000 });
    },
    start,
    exitCode: async (_, run) => {
      const { stdout } = await execute('docker', ['inspect', '--format', '{{.State.Running}} {{.State.ExitCode}}', nameOf(run)]);
      const [running, code] = stdout.trim().split(' ');
      return running === 'true' ? undefined : Number(code);
    },
    kill: async (run, graceMs) => {
      await execute('docker', ['stop', '--time', String(Math.ceil(graceMs / 1000)), nameOf(run)]).catch(ignoreMissing);
    },
    log: async ({ folder, generation }) => {
      const logs = await execute('docker', ['logs', containerName(folder, generation)], { encoding: 'buffer', maxBuffer: largestLogBytes }).catch(ignoreMissing);
      return logs === undefined ? Buffer.alloc(0) : Buffer.concat([logs.stdout, logs.stderr]);
    },
    exec: (_, run, command) => spawn('docker', ['exec', '--interactive', nameOf(run), ...command], { stdio: 'pipe' }),
  };
}

async function start(plan: RunPlan): Promise<RunReference> {
  const name = containerName(plan.folder, plan.generation);
  await mkdir(plan.folder, { recursive: true });
  const volumes = plan.mounts.flatMap(({ hostPath, mountPath, readOnly }) => ['--volume', `${hostPath}:${mountPath}${readOnly ? ':ro' : ''}`]);
  const variables = Object.entries(plan.variables).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]);
  const ports = plan.ports.flatMap((port) => ['--publish', `${plan.ip}:${port}:${port}`]);
  const [entry, ...rest] = plan.command;
  const command = entry === undefined ? [] : ['--entrypoint', entry];
  await execute('docker', ['run', '--detach', '--name', name, '--label', label, '--memory', `${Math.ceil(plan.memoryInGB * 1024)}m`, '--cpus', String(plan.cpu), ...volumes, ...variables, ...ports, ...command, plan.image, ...rest]);
  return { by: 'docker', container: name };
}

function containerName(folder: string, generation: number): string {
  const [group = '', name = ''] = folder.split('/').slice(-2);
  return `aci-${group.slice(0, 8)}-${name}-${generation}`;
}

function nameOf(run: RunReference): string {
  return run.by === 'docker' ? run.container : '';
}

function ignoreMissing(error: Error): undefined {
  if (!/No such container/i.test(error.message)) throw error;
  return undefined;
}
