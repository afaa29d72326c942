import type { CallOptions, Clock } from '@destino/core/driver';
import type { Json, Reason, TargetProbe } from '@destino/core/model';
import { makers, type Python } from '@destino/helper';
import type { FarSide } from '../far/far-side.ts';
import type { MachineTools } from './venv.ts';

export type MachineLook = { words: ReadonlyMap<string, readonly string[]>; tools: MachineTools };

/** Everything that a probe asks of a machine, in one call. */
export async function lookAtMachine(far: FarSide, options: CallOptions): Promise<MachineLook> {
  const words = new Map<string, string[]>();
  for (const line of (await far.call('look', [], options)).toString('utf8').split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) words.set(line.slice(0, space), [...(words.get(line.slice(0, space)) ?? []), line.slice(space + 1)]);
  }
  const one = (name: string): string => words.get(name)?.[0] ?? '';
  const pairs = (words.get('tool') ?? []).map((line): [string, string] => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
  return { words, tools: { pythons: pythonsOf(words.get('python') ?? []), programs: new Map(pairs), system: one('system'), architecture: one('architecture'), uid: one('uid'), gid: one('gid') } };
}

function pythonsOf(lines: readonly string[]): Python[] {
  const all = lines.map((line) => ({ version: line.slice(0, line.indexOf(' ')), program: line.slice(line.indexOf(' ') + 1) })).filter(({ version }) => version.startsWith('3.'));
  return all.filter(({ version }, index) => all.findIndex((other) => other.version === version) === index);
}

/** The machine as `check`, `target probe` and people see it. */
export async function probeMachine(far: FarSide, clock: Clock, options: CallOptions): Promise<TargetProbe> {
  const { words, tools } = await lookAtMachine(far, options);
  const arrivedMs = clock.wallMs();
  const hello = await far.hello(options);
  const one = (name: string): string => words.get(name)?.[0] ?? '';
  const gpus = (words.get('gpu') ?? []).map((line) => line.split(',').map((field) => field.trim())).map(([index, name = '', memory]) => ({ index: Number(index), name, memoryMib: Number(memory) }));
  const [total = 0, free = 0] = one('disk').split(' ').map((each) => Number(each) * 1024);
  const [, , mount = ''] = one('disk').split(' ');
  const missing = missingOn(one, gpus.length, tools);
  const attributes: Record<string, Json> = {
    host: one('host'),
    platform: tools.system.toLowerCase(),
    kernel: one('kernel'),
    architecture: tools.architecture,
    cores: hello.cores,
    memoryBytes: hello.memoryBytes,
    gpus,
    diskFreeBytes: free,
    diskTotalBytes: total,
    diskMount: mount,
    python: tools.pythons[0]?.version ?? null,
    pythons: tools.pythons.map(({ version }) => version),
    environmentTools: makers.filter((name) => tools.programs.has(name)),
    node: one('node').replace(/^v/, '') || null,
    docker: one('docker') || null,
    shell: tools.programs.has('bash') ? 'bash' : 'sh',
    clockDifferenceMs: Math.round(Number(one('clock')) - arrivedMs),
    bootId: hello.bootId,
    user: hello.user,
    folder: hello.root,
  };
  const gpuText = gpus.length === 0 ? 'no GPU' : `${gpus.length} GPU`;
  const text = `${hello.cores} cores, ${gigabytes(hello.memoryBytes)} memory, ${gpuText}, ${gigabytes(free)} disk free`;
  return { health: 'healthy', text: tools.programs.has('bash') ? text : `${text}; no bash: commands run by sh`, attributes, missing };
}

function missingOn(one: (name: string) => string, gpus: number, tools: MachineTools): Record<string, Reason> {
  const missing: Record<string, Reason> = {};
  const dockerError = one('docker-error');
  if (one('docker') === '') {
    missing['jobs.image'] =
      dockerError === ''
        ? { code: 'no-docker', text: 'docker is not on the machine', fix: 'install Docker there, or run with --env host' }
        : { code: 'no-docker', text: `docker does not answer there: ${dockerError}`, fix: 'start the docker engine there, or run with --env host' };
  }
  if (gpus === 0) missing['jobs.gpu'] = { code: 'no-gpu', text: 'no NVIDIA graphics processor answers on the machine (nvidia-smi)' };
  if (tools.pythons.length === 0 && !makers.some((name) => tools.programs.has(name))) {
    missing['jobs.venv'] = { code: 'no-python', text: 'there is no python3 on the machine, and nothing that brings one', fix: 'install python3 and python3-venv there, or uv' };
  }
  return missing;
}

function gigabytes(bytes: number): string {
  return `${Math.round(bytes / 1e9)} GB`;
}
