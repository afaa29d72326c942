import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LocalConfig } from './config.ts';
import type { Layout } from './layout.ts';
import { errnoOf } from './map-error.ts';
import type { Capacity } from './queue-view.ts';

const mebibyte = 1_048_576;
const run = promisify(execFile);

/**
 * What jobs may take together on this machine: what the helper finds, narrowed by the target's config. The config is
 * written down for the helper; it holds for all workspaces, and the last one written counts.
 */
export async function settleCapacity(places: Layout, script: string, config: LocalConfig): Promise<Capacity> {
  const { stdout } = await run('/bin/sh', [script, 'capacity'], { env: { PATH: '/usr/local/bin:/usr/bin:/bin', DESTINO_ROOT: places.root } });
  const found = parseCapacity(stdout);
  const { cores = found.cores, memoryBytes = found.memoryBytes, gpus = found.gpus } = config;
  if (config.cores === undefined && config.memoryBytes === undefined && config.gpus === undefined) return found;
  const line = `${Math.round(cores * 1000)} ${Math.floor(memoryBytes / mebibyte)} ${gpus.join(',') || '-'}\n`;
  await writeIfOther(join(places.root, 'capacity'), line);
  return { cores, memoryBytes, gpus };
}

export function parseCapacity(text: string): Capacity {
  const words = new Map(text.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1)] as const));
  const number = (name: string): number => Number(words.get(name)?.[0] ?? 0);
  const gpus = (words.get('gpus') ?? []).filter((word) => word !== '').map(Number);
  return { cores: number('cores') / 1000, memoryBytes: number('memory') * mebibyte, gpus };
}

async function writeIfOther(path: string, text: string): Promise<void> {
  try {
    if ((await readFile(path, 'utf8')) === text) return;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}
