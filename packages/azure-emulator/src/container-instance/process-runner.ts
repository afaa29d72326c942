import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { imageCommand, pullProblem } from './images.ts';
import { mapPaths } from './map-paths.ts';
import type { Runner, RunPlan, RunReference } from './runner.ts';

type Place = Pick<RunPlan, 'folder' | 'generation'>;

/** Stands beside the command, survives what it may be told, and writes down how it ended. */
const wrapper = `trap : TERM INT HUP
exit_file=$1; shift
"$@" & child=$!
while :; do
  wait $child; code=$?
  kill -0 $child 2>/dev/null || break
done
printf %s $code >"$exit_file.new" && mv "$exit_file.new" "$exit_file"`;

const markerName = 'AZURE_EMULATOR_CONTAINER';
const killedCode = 137;

/** Containers as processes of this machine: no isolation, mount paths mapped into a folder of the container's own. */
export function processRunner(): Runner {
  return {
    kind: 'process',
    pull: async (image) => {
      const problem = pullProblem(image);
      if (problem !== undefined) throw new Error(problem);
    },
    start,
    exitCode: async (place, run) => {
      const written = await textOf(exitFile(place));
      if (written !== undefined) {
        killMarked(markerOf(run), 'SIGKILL'); // what outlives the first process ends with its container
        return Number(written);
      }
      if (isAlive(run)) return undefined;
      const late = await textOf(exitFile(place)); // it may have ended between the two looks
      killMarked(markerOf(run), 'SIGKILL');
      return late === undefined ? killedCode : Number(late);
    },
    kill: async (run, graceMs) => {
      killMarked(markerOf(run), 'SIGTERM');
      const steps = Math.ceil(graceMs / 25);
      for (let step = 0; step < steps && isAlive(run); step += 1) await sleep(25);
      killMarked(markerOf(run), 'SIGKILL');
      for (let step = 0; step < 200 && isAlive(run); step += 1) await sleep(10);
    },
    log: async (place) => (await bytesOf(logFile(place))) ?? Buffer.alloc(0),
    exec: (plan, run, command) => {
      const { root, variables, args } = mapped(plan, command);
      return spawn(args[0] ?? '/bin/sh', args.slice(1), { cwd: root, env: { ...variables, [markerName]: markerOf(run) }, stdio: 'pipe' });
    },
  };
}

async function start(plan: RunPlan): Promise<RunReference> {
  const { root, variables, args } = mapped(plan, plan.command.length > 0 ? plan.command : imageCommand(plan.image, plan.ports));
  await mkdir(join(root, 'tmp'), { recursive: true });
  for (const { hostPath, mountPath } of plan.mounts) {
    const link = join(root, mountPath);
    await mkdir(dirname(link), { recursive: true });
    await symlink(hostPath, link).catch(ignoreExisting);
  }
  const marker = `${plan.folder}#${plan.generation}`;
  mkdirSync(plan.folder, { recursive: true });
  const log = openSync(logFile(plan), 'a', 0o600);
  try {
    const child = spawn('/bin/sh', ['-c', wrapper, 'container', exitFile(plan), ...args], { cwd: root, detached: true, stdio: ['ignore', log, log], env: { ...variables, [markerName]: marker } });
    const pid = await new Promise<number>((done, fail) => {
      child.once('error', fail);
      child.once('spawn', () => done(child.pid ?? 0));
    });
    child.unref();
    return { by: 'process', pid, startTime: startTimeOf(pid) ?? '', marker };
  } finally {
    closeSync(log);
  }
}

function mapped(plan: RunPlan, command: readonly string[]): { root: string; variables: Record<string, string>; args: string[] } {
  const root = join(plan.folder, 'root');
  const places = plan.mounts.map(({ mountPath }) => ({ from: mountPath, to: join(root, mountPath) }));
  const own = Object.entries(plan.variables).map(([name, value]) => [name, mapPaths(value, places)] as const);
  // oxlint-disable-next-line no-process-env -- a container gets this machine's PATH: the programs are this machine's
  const base = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: root, TMPDIR: join(root, 'tmp'), LANG: 'C.UTF-8', AZURE_EMULATOR_IP: plan.ip };
  return { root, variables: { ...base, ...Object.fromEntries(own) }, args: command.map((each) => mapPaths(each, places)) };
}

function exitFile({ folder, generation }: Place): string {
  return join(folder, `exit.${generation}`);
}

function logFile({ folder, generation }: Place): string {
  return join(folder, `log.${generation}`);
}

function markerOf(run: RunReference): string {
  return run.by === 'process' ? run.marker : '';
}

/** The same process, not another one that was given its number. */
function isAlive(run: RunReference): boolean {
  return run.by === 'process' && startTimeOf(run.pid) === run.startTime;
}

/** Ticks since boot; `undefined` for a process that is gone, or dead and not yet waited for. */
function startTimeOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Signals every process that was started in the container, also those that left its session. */
function killMarked(marker: string, signal: NodeJS.Signals): void {
  if (marker === '') return;
  const wanted = `${markerName}=${marker}`;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(wanted)) process.kill(Number(name), signal);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function bytesOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  return (await bytesOf(path))?.toString('utf8');
}
