import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { arch, platform, release } from 'node:os';
import { promisify } from 'node:util';
import type { CallOptions } from '@destino/core/driver';
import type { Json, Reason, TargetProbe } from '@destino/core/model';
import { findProgram, searchPath } from './interpreters.ts';
import type { LocalMachine } from './local-machine.ts';
import type { Capacity } from './queue-view.ts';
import { makers } from '@destino/helper';
import { findPythons } from './venv/find-pythons.ts';

const run = promisify(execFile);
const patienceMs = 5000;

export async function probeMachine({ places, dockerHost }: LocalMachine, capacity: Capacity, options: CallOptions): Promise<TargetProbe> {
  const [docker, pythons, node, nvidia, disk] = await Promise.all([
    said('docker', [...(dockerHost === undefined ? [] : ['--host', dockerHost]), 'version', '--format', '{{.Server.Version}}'], options),
    findPythons(searchPath, options),
    said('node', ['--version'], options),
    said('nvidia-smi', ['--query-gpu=index,name,memory.total', '--format=csv,noheader,nounits'], options),
    statfs(places.root),
  ]);
  const bash = findProgram('bash', searchPath);
  const gpus = parseProcessors(nvidia.text).filter(({ index }) => capacity.gpus.includes(index));
  const missing: Record<string, Reason> = {};
  if (docker.text === undefined) missing['jobs.image'] = noDocker(docker.error);
  if (gpus.length === 0) missing['jobs.gpu'] = { code: 'no-gpu', text: 'no NVIDIA graphics processor answers here (nvidia-smi)' };
  const attributes: Record<string, Json> = {
    platform: platform(),
    architecture: arch(),
    kernel: release(),
    cores: capacity.cores,
    memoryBytes: capacity.memoryBytes,
    gpus,
    node: node.text?.replace(/^v/, '') ?? null,
    python: pythons[0]?.version ?? null,
    pythons: pythons.map(({ version }) => version),
    environmentTools: makers.filter((name) => findProgram(name, searchPath) !== undefined),
    docker: docker.text ?? null,
    shell: bash === undefined ? 'sh' : 'bash',
    diskFreeBytes: disk.bavail * disk.bsize,
    diskTotalBytes: disk.blocks * disk.bsize,
    folder: places.root,
  };
  const gpuText = gpus.length === 0 ? 'no GPU' : `${gpus.length} GPU`;
  const text = `${capacity.cores} cores, ${gigabytes(capacity.memoryBytes)} memory, ${gpuText}, ${gigabytes(disk.bavail * disk.bsize)} disk free`;
  return { health: 'healthy', text: bash === undefined ? `${text}; no bash: commands run by sh` : text, attributes, missing };
}

function gigabytes(bytes: number): string {
  return `${Math.round(bytes / 1e9)} GB`;
}

function noDocker(error: string | undefined): Reason {
  if (error === undefined) return { code: 'no-docker', text: 'docker is not on this machine', fix: 'install Docker, or run with --env host' };
  return { code: 'no-docker', text: `docker does not answer: ${error}`, fix: 'start the docker engine, or run with --env host' };
}

type Processor = { index: number; name: string; memoryMib: number };

function parseProcessors(text: string | undefined): Processor[] {
  const lines = (text ?? '').split('\n').filter((line) => line.trim() !== '');
  return lines.flatMap((line) => {
    const [index, name = '', memory] = line.split(',').map((field) => field.trim());
    return Number.isInteger(Number(index)) ? [{ index: Number(index), name, memoryMib: Number(memory) }] : [];
  });
}

/** What a program answers; `error` when it is there and fails. */
async function said(name: string, words: string[], { signal }: CallOptions): Promise<{ text?: string; error?: string }> {
  const program = findProgram(name, searchPath);
  if (program === undefined) return {};
  try {
    const { stdout } = await run(program, words, { timeout: patienceMs, env: { PATH: searchPath, LC_ALL: 'C' }, ...(signal !== undefined && { signal }) });
    const text = stdout.trim();
    return text === '' ? { error: 'it says nothing' } : { text };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : undefined;
    return { error: stderr ?? 'it could not be started' };
  }
}
