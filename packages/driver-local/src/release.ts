import { existsSync } from 'node:fs';
import { readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobFiles } from './layout.ts';

/** Kept until the job is removed for good: its log, its metrics, its named outputs, what tells of them, and the proof that it was. */
const kept = new Set(['about.json', 'claim', 'metrics', 'named', 'record', 'released', 'stderr', 'stdout', 'work']);

/** Frees what the attempt needed to run. Its log and its outputs stay where they are, as `outputs` said. */
export async function releaseJob(files: JobFiles): Promise<void> {
  if (!existsSync(files.folder)) return;
  await writeFile(files.released, '', { mode: 0o600 });
  for (const name of await readdir(files.folder)) {
    if (!kept.has(name)) await rm(join(files.folder, name), { recursive: true, force: true });
  }
  await removeEmpty(files.metrics);
  if (!existsSync(files.work)) return;
  const left = await readdir(files.work);
  for (const name of left) {
    if (name !== 'outputs') await rm(join(files.work, name), { recursive: true, force: true });
  }
  await removeEmpty(join(files.work, 'outputs'));
  await removeEmpty(files.work);
}

async function removeEmpty(folder: string): Promise<void> {
  if (existsSync(folder) && (await readdir(folder)).length === 0) await rmdir(folder);
}
